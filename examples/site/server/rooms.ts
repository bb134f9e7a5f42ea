import { createHash } from 'node:crypto'
import type { Hub, Identity } from '@baro/server'
import { activity } from '../channels/activity.ts'
import { room } from '../channels/room.ts'

/** The rules of the rooms for everybody. What is said there is shown on the home page too. */
export function openRooms(hub: Hub): void {
  hub.on(room, {
    access: 'public',
    events: {
      message: async ({ payload, id, publish, params, user }) => {
        const published = await publish('message', payload)
        await hub.publish(
          activity(),
          'remark',
          { ...payload, by: user?.id, room: params.id },
          { id: remarkId(params.id, id, user) },
        )
        return published
      },
      picture: async ({ payload, id, publish, params, user }) => {
        const published = await publish('picture', payload)
        const remark = { name: payload.name, by: user?.id, attached: 'picture', room: params.id } as const
        await hub.publish(activity(), 'attachment', remark, { id: remarkId(params.id, id, user) })
        return published
      },
      voice: async ({ payload, id, publish, params, user }) => {
        const published = await publish('voice', payload)
        const remark = { name: payload.name, by: user?.id, attached: 'voice', room: params.id } as const
        await hub.publish(activity(), 'attachment', remark, { id: remarkId(params.id, id, user) })
        return published
      },
    },
    signals: { typing: ({ payload, signal }) => signal('typing', payload) },
    requests: {
      me: ({ user }) => ({ by: user?.id }),
      remove: async ({ payload: { id }, params, user }) => {
        const { value } = await hub.snapshot(room(params))
        const message = value.find((one) => one.id === id)
        if (!message || 'removed' in message || user === undefined || message.by !== user.id) return { removed: false }
        await hub.redact(room(params), id, { by: user.id })
        await hub.redact(activity(), remarkId(params.id, id, user))
        return { removed: true }
      },
    },
  })
}

/** What a message is called on the home page. Somebody else, or in another room, may have sent another one under its id. */
function remarkId(room: string, id: string, user: Identity | undefined): string {
  return createHash('sha256')
    .update(JSON.stringify([room, id, user?.id]))
    .digest('base64url')
}
