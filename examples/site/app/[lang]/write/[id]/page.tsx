import { members } from '@baro/core'
import { pageParams, snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { draft } from '../../../../channels/write.ts'
import { SourceFiles } from '../../../../components/code/source-files.tsx'
import { PageFrame } from '../../../../components/frame/page-frame.tsx'
import { Editor } from '../../../../components/write/editor.tsx'
import { pageLanguage } from '../../../../i18n/page-language.ts'
import { pageMetadata } from '../../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string; id: string }>
}

export const revalidate = 3600

// As with rooms: each is rendered when somebody first asks for it.
export function generateStaticParams() {
  return []
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [language, { id }] = await Promise.all([pageLanguage(params), pageParams(draft, params)])
  const words = wordsIn(language)
  const path = `/write/${encodeURIComponent(id)}`
  return pageMetadata({ language, path, title: words.write.title(id), description: words.demos.hints.write })
}

export default async function WritePage({ params }: Props) {
  const language = await pageLanguage(params)
  const { id } = await pageParams(draft, params)
  const [initial, initialMembers] = await Promise.all([snapshot(draft({ id })), snapshot(members(draft({ id })))])
  return (
    <PageFrame language={language} words={['write', 'room']} path={`/write/${encodeURIComponent(id)}`} section="write">
      <Editor id={id} initial={initial} initialMembers={initialMembers} />
      <SourceFiles language={language} page="write" />
    </PageFrame>
  )
}
