import type { Attack } from './attack.ts'
import { connectFrame, messageFrame } from './client-frame.ts'
import { get, upgradeRequest } from './wire.ts'

const subscribe = messageFrame('baro:subscribe', { channel: 'room:1', attempt: 1, version: '1' })

export const slowReaders: readonly Attack[] = [
  {
    name: 'deaf-sessions',
    what: '1,000 sessions that follow a room and never read',
    run: (assault) =>
      assault.crowd(
        1_000,
        async (wire) => {
          await wire.write(upgradeRequest('/baro/connect'))
          await wire.write(Buffer.concat([connectFrame, subscribe]))
          await wire.gone()
        },
        { isDeaf: true },
      ),
  },
  {
    name: 'deaf-streams',
    what: '1,000 event streams that nobody reads',
    run: (assault) =>
      assault.crowd(
        1_000,
        async (wire) => {
          await wire.write(get('/baro/channels/room:1?live=sse'))
          await wire.gone()
        },
        { isDeaf: true },
      ),
  },
]
