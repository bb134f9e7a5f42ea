import { pageParams, snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { connection } from 'next/server'
import { text } from '../../../../channels/stream.ts'
import { PageFrame } from '../../../../components/frame/page-frame.tsx'
import { StreamedText } from '../../../../components/stream/streamed-text.tsx'
import { pageLanguage } from '../../../../i18n/page-language.ts'
import { pageMetadata } from '../../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string; id: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [language, { id }] = await Promise.all([pageLanguage(params), pageParams(text, params)])
  const { stream, demos } = wordsIn(language)
  return pageMetadata({ language, path: `/stream/${id}`, title: stream.title, description: demos.hints.stream })
}

export default async function TextPage({ params }: Props) {
  const language = await pageLanguage(params)
  const { id } = await pageParams(text, params)
  // A page that is kept would show who has no script the first words for an hour.
  await connection()
  const initial = await snapshot(text({ id }))
  if (!initial.value.asked) notFound()
  return (
    <PageFrame language={language} words={['stream']} path={`/stream/${id}`} section="stream">
      <StreamedText language={language} initial={initial} renderedAtMs={Date.now()} />
    </PageFrame>
  )
}
