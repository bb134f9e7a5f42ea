import type { Attack } from './attack.ts'
import { clientFrame, deflatedFrame, deflateOffer, messageFrame, repeated } from './client-frame.ts'
import { repeatFrames } from './repeat-frames.ts'
import { upgradeRequest } from './wire.ts'

const longest = 65_000

const list = (item: string) => `[${`${item},`.repeat(longest / (item.length + 1))}"\\u0041"]`

export const refusedMessages: readonly Attack[] = [
  {
    name: 'deflated-messages',
    what: 'messages of ~100 bytes that inflate to 64 kB',
    run: (assault) => repeatFrames(assault, repeated(deflatedFrame(list('1')), 1_000), { headers: [deflateOffer] }),
  },
  {
    name: 'compression-bombs',
    what: 'messages of 20 kB that inflate to 20 MB',
    run: (assault) => repeatFrames(assault, deflatedFrame('a'.repeat(20 << 20)), { headers: [deflateOffer] }),
  },
  {
    name: 'escaped-messages',
    what: 'lists of 64 kB with an escape in them',
    run: (assault) => repeatFrames(assault, repeated(clientFrame(list('{}')), 16)),
  },
  {
    name: 'one-flood',
    what: 'messages that say `1`, as fast as the socket takes them',
    run: (assault) => repeatFrames(assault, repeated(clientFrame('1'), 50_000)),
  },
  {
    name: 'one-flood-unread',
    what: 'the same, and the errors are never read',
    run: (assault) =>
      assault.crowd(
        4,
        async (wire) => {
          const frames = repeated(clientFrame('1'), 50_000)
          // Blindly: the answer to the handshake is not read either.
          await wire.write(upgradeRequest('/baro/connect'))
          while (assault.isOn && wire.isOpen) await wire.write(frames)
        },
        { isDeaf: true },
      ),
  },
  {
    name: 'long-refused-publishes',
    what: 'publishes of 64 kB that no handler takes',
    run: (assault) =>
      repeatFrames(
        assault,
        repeated(
          messageFrame('baro:publish', { id: 'x', channel: 'room:1', type: 'nothing', payload: 'x'.repeat(longest) }),
          16,
        ),
      ),
  },
  {
    name: 'huge-ids',
    what: 'publishes with an id of 60 kB',
    run: (assault) =>
      repeatFrames(
        assault,
        repeated(
          messageFrame('baro:publish', { id: 'i'.repeat(60_000), channel: 'room:1', type: 'said', payload: 1 }),
          16,
        ),
      ),
  },
]
