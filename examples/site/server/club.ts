import type { Hub } from '@baro/server'
import { club } from '../channels/club.ts'

/**
 * The rule of the rooms for members. The hub asks it when somebody opens one, for each message that they send, and again for
 * each new token; over WebSocket, SSE, long polling, polling and plain HTTP alike.
 */
export function openClub(hub: Hub): void {
  hub.on(club, {
    access: ({ claims }) => claims.role === 'member',
    // Who wrote first removes messages, mutes, and sees what was done.
    moderators: async ({ claims, user, params }) => {
      if (claims.role !== 'member' || user === undefined) return false
      const { value } = await hub.snapshot(club(params))
      return value.owner?.by === user.id
    },
    events: {
      // The name is that of the token, whatever the payload says.
      message: ({ payload, claims, publish }) => publish('message', { text: payload.text, name: String(claims.name) }),
    },
    signals: { typing: ({ claims, signal }) => signal('typing', { name: String(claims.name) }) },
    requests: { me: ({ user }) => ({ by: user?.id }) },
  })
}
