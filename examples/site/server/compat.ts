import { BaroError } from '@baro/core'
import type { Hub } from '@baro/server'
import { mount, participantOf } from '@baro/socket.io'
import { mount as mountSupabase } from '@baro/supabase'
import { compat } from '../channels/compat.ts'

/** Opens the room to all kinds of clients. All that is needed for those of Socket.IO is the `mount`. */
export function openCompat(hub: Hub): void {
  hub.on(compat, {
    access: 'public',
    events: { message: ({ id, payload, publish }) => publish('message', { ...payload, id }) },
  })
}

/** Lets clients of Socket.IO and of Supabase into the room. Comes last: by then each channel of the hub must have its handlers. */
export function mountGateways(hub: Hub): void {
  mountSupabase(hub)
  mount(hub, (io) => {
    io.on('connection', (socket) => {
      socket.on('join', async (answer: unknown) => {
        await socket.join(compat().channel)
        const { value } = await hub.snapshot(compat())
        if (typeof answer === 'function') answer(value)
      })
      socket.on('message', async (message, answer: unknown) => {
        const refusal = await participantOf(socket)
          .publish(compat(), 'message', message)
          .then(() => undefined, messageOf)
        if (typeof answer === 'function') answer(refusal)
      })
    })
  })
}

function messageOf(error: unknown): string {
  return error instanceof BaroError ? error.message : 'The message was not taken.'
}
