import { snapshot } from '@baro/next'
import type { Metadata } from 'next'
import { cookies } from 'next/headers'
import { inbox, post } from '../../../channels/inbox.ts'
import { SourceFiles } from '../../../components/code/source-files.tsx'
import { PageFrame } from '../../../components/frame/page-frame.tsx'
import { Inbox, type OwnInbox } from '../../../components/inbox/inbox.tsx'
import { pageLanguage } from '../../../i18n/page-language.ts'
import { pageMetadata } from '../../../i18n/page-metadata.ts'
import { wordsIn } from '../../../i18n/words.ts'
import { memberOf } from '../../../server/issuer.ts'
import { sessionCookie } from '../../../server/session-cookies.ts'

interface Props {
  readonly params: Promise<{ lang: string }>
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const language = await pageLanguage(params)
  const words = wordsIn(language)
  return pageMetadata({ language, path: '/inbox', title: words.inbox.title, description: words.demos.hints.inbox })
}

/** It is rendered for one visitor, since it reads a cookie. */
export default async function InboxPage({ params }: Props) {
  const language = await pageLanguage(params)
  return (
    <PageFrame language={language} words={['inbox']} path="/inbox" section="inbox">
      <Inbox language={language} given={await ownInbox()} />
      <SourceFiles language={language} page="inbox" />
    </PageFrame>
  )
}

async function ownInbox(): Promise<OwnInbox | undefined> {
  const member = await memberOf((await cookies()).get(sessionCookie)?.value)
  if (!member) return undefined
  const [initial, people] = await Promise.all([snapshot(inbox({ id: member.id })), snapshot(post())])
  return { own: member.id, initial, people, serverKey: process.env.VAPID_PUBLIC_KEY ?? '' }
}
