import type { Attack } from './attack.ts'
import { connectFrame, messageFrame } from './client-frame.ts'
import { repeatFrames } from './repeat-frames.ts'
import { get } from './wire.ts'

const churned = Buffer.concat(
  Array.from({ length: 500 }, (_, index) => {
    const channel = `room:${index % 50}`
    return Buffer.concat([
      messageFrame('baro:subscribe', { channel, attempt: index + 1, version: '1' }),
      messageFrame('baro:unsubscribe', { channel }),
    ])
  }),
)

export const churn: readonly Attack[] = [
  {
    name: 'subscribe-churn',
    what: 'subscribes and unsubscribes',
    run: (assault) => repeatFrames(assault, churned),
  },
  {
    name: 'signal-flood',
    what: 'signals to a room that others follow',
    run: (assault) =>
      repeatFrames(
        assault,
        Buffer.concat(
          Array.from({ length: 500 }, () =>
            messageFrame('baro:signal', { channel: 'room:1', type: 'typing', payload: {} }),
          ),
        ),
      ),
  },
  {
    name: 'crowd-at-the-rate',
    what: '200 sessions, each with as many signals as one may send',
    run: (assault) =>
      assault.crowd(200, async (wire) => {
        await wire.upgrade()
        await wire.write(connectFrame)
        const tenth = Buffer.concat(
          Array.from({ length: 10 }, () =>
            messageFrame('baro:signal', { channel: 'room:1', type: 'typing', payload: {} }),
          ),
        )
        while (assault.isOn && wire.isOpen) {
          await wire.write(tenth)
          await assault.pause(100)
        }
      }),
  },
  {
    name: 'upgrade-churn',
    what: 'WebSockets opened and reset',
    run: (assault) => assault.crowd(32, async (wire) => wire.upgrade()),
  },
  {
    name: 'session-churn',
    what: 'sessions that subscribe and are reset',
    run: (assault) =>
      assault.crowd(32, async (wire) => {
        await wire.upgrade()
        await wire.write(
          Buffer.concat([
            connectFrame,
            messageFrame('baro:subscribe', { channel: 'room:1', attempt: 1, version: '1' }),
          ]),
        )
        await assault.pause(0)
      }),
  },
  {
    name: 'stream-churn',
    what: 'event streams opened and reset',
    run: (assault) =>
      assault.crowd(32, async (wire) => {
        await wire.write(get('/baro/channels/room:1?live=sse'))
        await wire.answers(1)
      }),
  },
  {
    name: 'connection-storm',
    what: '1,000 connections at once, reset and opened again',
    run: (assault) => assault.crowd(1_000, async () => assault.pause(500), { isStorm: true }),
  },
]
