import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { compat } from '../../../channels/compat.ts'
import { SourceFile, SourceFiles } from '../../../components/code/source-files.tsx'
import { ClientsOfOneRoom } from '../../../components/compat/clients-of-one-room.tsx'
import { codeOf } from '../../../components/compat/lines.ts'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
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
  return pageMetadata({ language, path: '/compat', title: words.compat.title, description: words.demos.hints.compat })
}

export default async function CompatPage({ params }: Props) {
  const language = await pageLanguage(params)
  const code = {
    sdk: <SourceFile file={codeOf.sdk.file} />,
    'socket.io': <SourceFile file={codeOf['socket.io'].file} />,
    supabase: <SourceFile file={codeOf.supabase.file} />,
    'event-source': <SourceFile file={codeOf['event-source'].file} />,
    websocket: <SourceFile file={codeOf.websocket.file} />,
  }
  return (
    <PageFrame language={language} words={['compat', 'room']} path="/compat" section="compat">
      <ClientsOfOneRoom initial={await snapshot(compat())} code={code} />
      <SourceFiles language={language} page="compat" />
    </PageFrame>
  )
}
