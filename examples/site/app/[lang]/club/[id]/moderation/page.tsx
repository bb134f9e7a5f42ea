import { audit } from '@baro/core'
import { pageParams, snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import { club } from '../../../../../channels/club.ts'
import { Moderation, type OwnersView } from '../../../../../components/club/moderation.tsx'
import { SourceFiles } from '../../../../../components/code/source-files.tsx'
import { PageFrame } from '../../../../../components/frame/page-frame.tsx'
import { RoomLinks } from '../../../../../components/room/room-links.tsx'
import { pageLanguage } from '../../../../../i18n/page-language.ts'
import { pageMetadata } from '../../../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../../../i18n/words.ts'
import { memberOf } from '../../../../../server/issuer.ts'
import { sessionCookie } from '../../../../../server/session-cookies.ts'

interface Props {
  readonly params: Promise<{ lang: string; id: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [language, { id }] = await Promise.all([pageLanguage(params), pageParams(club, params)])
  const { club: says } = wordsIn(language)
  const path = `/club/${encodeURIComponent(id)}/moderation`
  return pageMetadata({ language, path, title: says.moderationOf(says.title(id)), description: says.ownerOnly })
}

/** It is rendered for one visitor, since it reads a cookie. */
export default async function ModerationPage({ params }: Props) {
  const language = await pageLanguage(params)
  const { id } = await pageParams(club, params)
  const member = await memberOf((await cookies()).get(sessionCookie)?.value)
  return (
    <PageFrame
      language={language}
      words={['room', 'club']}
      path={`/club/${encodeURIComponent(id)}/moderation`}
      section="rooms"
    >
      <RoomLinks language={language} current={`club/${id}`} />
      <Moderation
        language={language}
        id={id}
        isMember={member !== undefined}
        given={member && (await ownersView(id, member.id))}
      />
      <SourceFiles language={language} page="moderation" />
    </PageFrame>
  )
}

/** A snapshot asks no rule: what is for the owner alone, the page gives to the owner alone. */
async function ownersView(id: string, member: string): Promise<OwnersView | undefined> {
  const room = await snapshot(club({ id }))
  return room.value.owner?.by === member ? { room, initial: await snapshot(audit(club({ id }))) } : undefined
}
