import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { whiteboard } from '../../../channels/whiteboard.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { Whiteboard } from '../../../components/whiteboard/whiteboard.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export const revalidate = 10

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const description = wordsIn(language).demos.hints.board
  return pageMetadata({ language, path: '/board', title: wordsIn(language).whiteboard.title, description })
}

export default async function BoardPage({ params }: Props) {
  const language = await pageLanguage(params)
  return (
    <PageFrame language={language} words={['whiteboard', 'room']} path="/board" section="board">
      <Whiteboard initial={await snapshot(whiteboard())} />
      <SourceFiles language={language} page="board" />
    </PageFrame>
  )
}
