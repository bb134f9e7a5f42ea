import type { Assault } from './assault.ts'
import type { Attack } from './attack.ts'
import { clientFrame, repeated } from './client-frame.ts'
import { repeatFrames } from './repeat-frames.ts'
import { flood } from './requests.ts'
import { post } from './wire.ts'

export const supabasePath = '/realtime/v1/websocket?apikey=anon&vsn=2.0.0'
const topic = 'realtime:room:1'

/** A message of serializer 2.0.0. */
const message = (ref: number, name: string, event: string, payload: object) =>
  clientFrame(JSON.stringify(['1', String(ref), name, event, payload]))
/** Joins a topic, and wants to know who is there. */
export const joinFrame = (name: string) =>
  clientFrame(JSON.stringify(['1', '1', name, 'phx_join', { config: { presence: { enabled: true } } }]))
/** Leaves a topic. */
export const leaveFrame = (name: string, ref: number) => message(ref, name, 'phx_leave', {})

const many = (frameOf: (index: number) => Buffer, count = 500) =>
  Buffer.concat(Array.from({ length: count }, (_, index) => frameOf(index)))

/** The same frames for ever, on a few sockets that have joined the room of the honest. */
const repeat = (assault: Assault, frames: Uint8Array) =>
  repeatFrames(assault, frames, { path: supabasePath, first: joinFrame(topic) })

/** Binary broadcasts: with lengths beyond their end, of an unknown encoding, with topics of 255 bytes, with no end of the meta. */
const lies = [
  [3, 255, 255, 255, 255, 255, 1, 0],
  [3, 0, 0, 1, 1, 0, 7, 97, 98],
  [3, 0, 0, 255, 1, 0, 1, ...Array.from({ length: 256 }, () => 97), 123, 125],
  [3, 0, 0, 1, 1, 255, 0, 97, 98],
].map((bytes) => clientFrame(Buffer.from(bytes), { opcode: 'binary' }))

export const supabase: readonly Attack[] = [
  {
    name: 'topic-churn',
    what: 'joins topics of Supabase, each another, and leaves them',
    run: (assault) =>
      repeat(
        assault,
        many((index) =>
          index % 2 === 0
            ? joinFrame(`realtime:room:invented-${index >> 1}`)
            : leaveFrame(`realtime:room:invented-${index >> 1}`, index),
        ),
      ),
  },
  {
    name: 'topic-hoard',
    what: 'ten thousand topics of Supabase, of which none is left',
    run: (assault) =>
      repeat(
        assault,
        many((index) => joinFrame(`realtime:room:hoard-${index}`), 10_000),
      ),
  },
  {
    name: 'unknown-topics',
    what: 'joins topics of Supabase that no channel is named after, of 300 bytes',
    run: (assault) =>
      repeat(
        assault,
        many((index) => joinFrame(`realtime:${'x'.repeat(300)}${index}`)),
      ),
  },
  {
    name: 'lying-broadcasts',
    what: 'binary broadcasts of Supabase whose lengths lie',
    run: (assault) =>
      assault.crowd(8, async (wire) => {
        await wire.upgrade(supabasePath)
        wire.listen()
        await wire.write(joinFrame(topic))
        // Fewer than close the link, and then more.
        await wire.write(Buffer.concat(lies))
        while (assault.isOn && wire.isOpen) await wire.write(repeated(Buffer.concat(lies), 25))
      }),
  },
  {
    name: 'refused-broadcasts',
    what: 'broadcasts of Supabase that no handler takes',
    run: (assault) =>
      repeat(
        assault,
        many((index) => message(index, topic, 'broadcast', { type: 'broadcast', event: 'nothing', payload: {} })),
      ),
  },
  {
    name: 'tracked-states',
    what: 'tells something else of itself by presence of Supabase, again and again',
    run: (assault) =>
      repeat(
        assault,
        many((index) =>
          message(index, topic, 'presence', { type: 'presence', event: 'track', payload: { name: `a ${index}` } }),
        ),
      ),
  },
  {
    name: 'token-changes',
    what: 'tokens for a topic of Supabase, of a user and of nobody in turn',
    run: (assault) =>
      repeat(
        assault,
        many((index) =>
          message(index, topic, 'access_token', { access_token: index % 2 === 0 ? 'user-eve' : 'nobody' }),
        ),
      ),
  },
  {
    name: 'broadcast-posts',
    what: 'broadcasts of Supabase by HTTP, that no handler takes',
    run: (assault) =>
      flood(assault, 8, (index) =>
        post('/realtime/v1/api/broadcast', { messages: [{ topic: `room:${index}`, event: 'nothing', payload: {} }] }, [
          'apikey: anon',
        ]),
      ),
  },
]
