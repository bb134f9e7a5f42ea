import type { NextRequest } from 'next/server'
import { club } from '../../../../../channels/club.ts'
import { memberOf } from '../../../../../server/issuer.ts'
import { takeMessage } from '../../../../../server/posted-message.ts'
import { sessionCookie } from '../../../../../server/session-cookies.ts'

/** Takes a message from the form of a room for members. */
export async function POST(request: NextRequest, { params }: { params: Promise<{ lang: string; id: string }> }) {
  const member = await memberOf(request.cookies.get(sessionCookie)?.value)
  const { id: user, ...said } = member ?? {}
  return takeMessage(request, await params, {
    place: 'club',
    author: user === undefined ? {} : { user: { id: user, claims: { ...said, role: 'member' } } },
    publish: async ({ id, text, author }) => {
      await author.publish(club({ id }), 'message', { name: member?.name ?? '', text })
    },
  })
}
