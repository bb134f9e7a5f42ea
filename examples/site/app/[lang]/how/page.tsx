import type { Metadata } from 'next'
import { SourceFile } from '../../../components/code/source-files.tsx'
import { IntentLink } from '../../../components/frame/intent-link.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import styles from '../../../components/how/how.module.css'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const words = wordsIn(language)
  return pageMetadata({ language, path: '/how', title: words.how.title, description: words.demos.hints.how })
}

/** The code of each step, in the order of the words. */
const files = [
  'app/[lang]/session/token/route.ts',
  'components/account/token.ts',
  'server/identity.ts',
  'server/club.ts',
  'app/[lang]/club/[id]/page.tsx',
  'components/club/club.tsx',
] as const

export default async function HowPage({ params }: Props) {
  const language = await pageLanguage(params)
  const { how } = wordsIn(language)
  return (
    <PageFrame language={language} path="/how" section="how">
      <section className={styles.lead}>
        <h1>{how.title}</h1>
        <p>{how.lead}</p>
        <p>
          <IntentLink href={`/${language}/club/1`}>{how.see}</IntentLink>
        </p>
      </section>
      {files.map((file, index) => (
        <section key={file} className={styles.step}>
          <div>
            <h2>{how.steps[index]?.title}</h2>
            <p>{how.steps[index]?.text}</p>
          </div>
          <SourceFile file={file} />
        </section>
      ))}
    </PageFrame>
  )
}
