import type { Attack } from './attack.ts'
import { messageFrame } from './client-frame.ts'
import { sessionOf } from './invented-names.ts'
import { repeatFrames } from './repeat-frames.ts'
import { flood } from './requests.ts'
import { post } from './wire.ts'

const here = 'baro~here:room:1'
const members = 'baro~members:room:1'
const join = (attempt: number, state: unknown) => ({
  type: 'baro:subscribe',
  payload: { channel: here, attempt, version: '1', state },
})
const framesOf = (count: number, message: (index: number) => { readonly type: string; readonly payload: object }) =>
  Buffer.concat(
    Array.from({ length: count }, (_, index) => {
      const { type, payload } = message(index)
      return messageFrame(type, payload)
    }),
  )

export const presence: readonly Attack[] = [
  {
    name: 'member-churn',
    what: 'comes into a room and leaves it, on each of four links',
    run: (assault) =>
      repeatFrames(
        assault,
        framesOf(500, (index) =>
          index % 2 === 0
            ? join(index + 1, { name: 'mallory' })
            : { type: 'baro:unsubscribe', payload: { channel: here } },
        ),
      ),
  },
  {
    name: 'changing-states',
    what: 'a member that tells something else of itself a thousand times a second',
    run: (assault) =>
      repeatFrames(
        assault,
        framesOf(1_000, (index) => join(index + 1, { name: `mallory ${index}` })),
      ),
  },
  {
    name: 'large-states',
    what: 'states of members of 60 kB, which are refused',
    run: (assault) =>
      repeatFrames(
        assault,
        framesOf(16, (index) => join(index + 1, { name: 'x'.repeat(60_000) })),
      ),
  },
  {
    name: 'invented-members',
    what: 'guests who come over HTTP, each with a secret of its own, and are never seen again',
    keepsBytes: 8 << 20,
    run: (assault) =>
      flood(assault, 8, (index) =>
        post('/baro/connect?wait=0', sessionOf(`a-ghost-${index}`, [join(1, { name: `ghost ${index}` })])),
      ),
  },
  {
    name: 'member-pages',
    what: 'asks for all members, page by page',
    run: (assault) =>
      repeatFrames(
        assault,
        framesOf(500, (index) => ({
          type: 'baro:request',
          payload: { id: `r${index}`, channel: members, type: 'page', payload: { limit: 500 } },
        })),
      ),
  },
  {
    name: 'cursors',
    what: 'signals of which the newest counts, to a room that others follow',
    run: (assault) =>
      repeatFrames(
        assault,
        framesOf(500, (index) => ({
          type: 'baro:signal',
          payload: { channel: 'room:1', type: 'cursor', payload: { x: index } },
        })),
      ),
  },
]
