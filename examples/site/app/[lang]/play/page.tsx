import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { arena } from '../../../channels/arena.ts'
import styles from '../../../components/arena/arena.module.css'
import { Arena } from '../../../components/arena/arena.tsx'
import { Code } from '../../../components/code/code.tsx'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata, siteUrl } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export const revalidate = 10

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const description = wordsIn(language).demos.hints.play
  return pageMetadata({ language, path: '/play', title: wordsIn(language).arena.title, description })
}

export default async function PlayPage({ params }: Props) {
  const language = await pageLanguage(params)
  return (
    <PageFrame language={language} words={['arena', 'room']} path="/play" section="play">
      <Arena initial={await snapshot(arena())} />
      <p className={styles.watch}>{wordsIn(language).arena.watch}</p>
      <Code language="bash" code={`curl -N '${siteUrl('/baro/channels/arena?live=sse')}'`} />
      <SourceFiles language={language} page="play" />
    </PageFrame>
  )
}
