import type { Metadata } from 'next'
import { Account } from '../../../components/account/account.tsx'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const words = wordsIn(language)
  return pageMetadata({ language, path: '/sign-in', title: words.account.title, description: words.account.lead })
}

export default async function SignInPage({ params }: Props) {
  const language = await pageLanguage(params)
  return (
    <PageFrame language={language} path="/sign-in" section="account">
      <Account language={language} />
      <SourceFiles language={language} page="signIn" />
    </PageFrame>
  )
}
