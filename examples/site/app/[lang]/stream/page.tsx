import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { texts } from '../../../channels/stream.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { NewestTexts } from '../../../components/stream/newest-texts.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export const revalidate = 3600

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const words = wordsIn(language)
  return pageMetadata({ language, path: '/stream', title: words.stream.title, description: words.demos.hints.stream })
}

export default async function StreamPage({ params }: Props) {
  const language = await pageLanguage(params)
  return (
    <PageFrame language={language} words={['stream']} path="/stream" section="stream">
      <NewestTexts language={language} initial={await snapshot(texts())} />
      <SourceFiles language={language} page="stream" />
    </PageFrame>
  )
}
