import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { RefreshByAccount } from '../../components/account/refresh-by-account.tsx'
import { LiveProvider } from '../../components/live/live-provider.tsx'
import { PageWords } from '../../components/words/page-words.tsx'
import { languages } from '../../i18n/languages.ts'
import { pageLanguage } from '../../i18n/page-language.ts'
import { siteUrl } from '../../i18n/page-metadata.ts'
import { wordsIn } from '../../i18n/words.ts'
import '../globals.css'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export function generateStaticParams() {
  return languages.map((lang) => ({ lang }))
}

export const viewport: Viewport = { colorScheme: 'light dark' }

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { site } = wordsIn(await pageLanguage(params))
  return {
    metadataBase: new URL(siteUrl()),
    title: { default: `${site.title}: ${site.tagline}`, template: `%s · ${site.title}` },
    description: site.description,
  }
}

export default async function Layout({ params, children }: Props & { children: ReactNode }) {
  const language = await pageLanguage(params)
  return (
    <html lang={language}>
      <body>
        <PageWords language={language} of={['live', 'drawer', 'account']}>
          <LiveProvider language={language}>
            {children}
            <RefreshByAccount />
          </LiveProvider>
        </PageWords>
      </body>
    </html>
  )
}
