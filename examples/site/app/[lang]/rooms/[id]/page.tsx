import { members } from '@baro/core'
import { pageParams, snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { room } from '../../../../channels/room.ts'
import { SourceFiles } from '../../../../components/code/source-files.tsx'
import { PageFrame } from '../../../../components/frame/page-frame.tsx'
import { Room } from '../../../../components/room/room.tsx'
import { RoomLinks } from '../../../../components/room/room-links.tsx'
import { pageLanguage } from '../../../../i18n/page-language.ts'
import { pageMetadata } from '../../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../../i18n/words.ts'

interface Props {
  readonly params: Promise<{ lang: string; id: string }>
}

export const revalidate = 3600

// No room is known at build time: each page is rendered when somebody first asks for it, and cached from then on, as far
// as the hub's page store has room for it.
export function generateStaticParams() {
  return []
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [language, { id }] = await Promise.all([pageLanguage(params), pageParams(room, params)])
  const words = wordsIn(language)
  const path = `/rooms/${encodeURIComponent(id)}`
  return pageMetadata({ language, path, title: words.room.title(id), description: words.demos.hints.rooms })
}

export default async function RoomPage({ params }: Props) {
  const language = await pageLanguage(params)
  const { id } = await pageParams(room, params)
  return (
    <PageFrame language={language} words={['room']} path={`/rooms/${encodeURIComponent(id)}`} section="rooms">
      <RoomLinks language={language} current={id} />
      <Room
        language={language}
        id={id}
        initial={await snapshot(room({ id }))}
        initialMembers={await snapshot(members(room({ id })))}
        renderedAtMs={Date.now()}
      />
      <SourceFiles language={language} page="room" />
    </PageFrame>
  )
}
