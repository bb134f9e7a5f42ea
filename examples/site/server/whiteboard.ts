import { BaroError } from '@baro/core'
import type { Hub } from '@baro/server'
import { whiteboard } from '../channels/whiteboard.ts'

/** The rules of the board: everybody draws and clears, and takes back what they drew themselves. */
export function openWhiteboard(hub: Hub): void {
  hub.on(whiteboard, {
    access: 'public',
    events: {
      stroke: ({ payload, publish }) => publish('stroke', payload),
      undo: async ({ payload, publish, user }) => {
        const { value } = await hub.snapshot(whiteboard())
        if (user === undefined || !value.some(({ id, by }) => id === payload.stroke && by === user.id))
          throw new BaroError('not-accepted', 'This stroke is not yours, or it is gone. Take back one of your own.')
        return publish('undo', payload)
      },
      clear: async ({ payload, publish }) => {
        const { value } = await hub.snapshot(whiteboard())
        // Nobody can fill the channel by clearing what is empty.
        if (value.length > 0) await publish('clear', payload)
      },
    },
    signals: { pen: ({ payload, signal }) => signal('pen', payload, { key: 'pen' }) },
    requests: { me: ({ user }) => ({ by: user?.id }) },
  })
}
