import { pageParams, snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import { club } from '../../../../channels/club.ts'
import { Club } from '../../../../components/club/club.tsx'
import { SourceFiles } from '../../../../components/code/source-files.tsx'
import { PageFrame } from '../../../../components/frame/page-frame.tsx'
import { RoomLinks } from '../../../../components/room/room-links.tsx'
import { pageLanguage } from '../../../../i18n/page-language.ts'
import { pageMetadata } from '../../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../../i18n/words.ts'
import { memberOf } from '../../../../server/issuer.ts'
import { sessionCookie } from '../../../../server/session-cookies.ts'

interface Props {
  readonly params: Promise<{ lang: string; id: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [language, { id }] = await Promise.all([pageLanguage(params), pageParams(club, params)])
  const words = wordsIn(language)
  const path = `/club/${encodeURIComponent(id)}`
  return pageMetadata({ language, path, title: words.club.title(id), description: words.demos.hints.how })
}

/** It is rendered for one visitor, since it reads a cookie: a page that all share would not be given the snapshot. */
export default async function ClubPage({ params }: Props) {
  const language = await pageLanguage(params)
  const { id } = await pageParams(club, params)
  const member = await memberOf((await cookies()).get(sessionCookie)?.value)
  return (
    <PageFrame language={language} words={['room', 'club']} path={`/club/${encodeURIComponent(id)}`} section="rooms">
      <RoomLinks language={language} current={`club/${id}`} />
      <Club language={language} id={id} {...(member && { initial: await snapshot(club({ id })) })} />
      <SourceFiles language={language} page="club" />
    </PageFrame>
  )
}
