import type { Assault } from './assault.ts'
import type { Attack } from './attack.ts'
import { positionOf } from './position-of.ts'
import { get } from './wire.ts'

const pieces = 200
const inPiece = 1_000

/** 200,000 small requests behind one that is not answered soon, then the connection goes. */
async function pipeline(assault: Assault, held: string): Promise<void> {
  const many = get('/baro/health').repeat(inPiece)
  await assault.crowd(4, async (wire) => {
    wire.listen()
    await wire.write(held)
    for (let piece = 0; piece < pieces && wire.isOpen && assault.isOn; piece++) await wire.write(many)
  })
}

export const pipelining: readonly Attack[] = [
  {
    name: 'pipelining-behind-stream',
    what: '200,000 GETs on the connection of an event stream',
    run: (assault) => pipeline(assault, get('/baro/channels/room:1?live=sse')),
  },
  {
    name: 'pipelining-behind-long-poll',
    what: '200,000 GETs on the connection of a long poll',
    run: async (assault) =>
      pipeline(assault, get(`/baro/channels/room:9?wait=25&after=${await positionOf(assault.port, 'room:9')}`)),
  },
  {
    name: 'pipelining-unread',
    what: 'GETs of a state on 20 connections that never read',
    run: (assault) =>
      assault.crowd(
        20,
        async (wire) => {
          const many = get('/baro/channels/room:1').repeat(20)
          while (assault.isOn && wire.isOpen) await wire.write(many)
        },
        { isDeaf: true },
      ),
  },
]
