import type { Attack } from './attack.ts'
import { clientFrame, connectFrame, repeated } from './client-frame.ts'
import { repeatFrames } from './repeat-frames.ts'
import { upgradeRequest } from './wire.ts'

const oneByteFragments = Buffer.concat([
  clientFrame('{', { isFinal: false }),
  repeated(clientFrame(' ', { opcode: 'continuation', isFinal: false }), 60_000),
  clientFrame('}', { opcode: 'continuation' }),
])
const emptyFragments = repeated(clientFrame('', { opcode: 'continuation', isFinal: false }), 50_000)
const lie = (range: string) =>
  clientFrame(`{"type":"baro:publish","payload":{"id":"l","channel":"room:1","type":"said","payload":${range}}}\nabc`, {
    opcode: 'binary',
  })

export const frames: readonly Attack[] = [
  {
    name: 'ping-flood',
    what: 'pings of 125 bytes',
    run: (assault) => repeatFrames(assault, repeated(clientFrame('p'.repeat(125), { opcode: 'ping' }), 1_000)),
  },
  {
    name: 'ping-flood-unread',
    what: 'the same, and the pongs are never read',
    run: (assault) =>
      assault.crowd(
        4,
        async (wire) => {
          const pings = repeated(clientFrame('p'.repeat(125), { opcode: 'ping' }), 1_000)
          await wire.write(upgradeRequest('/baro/connect'))
          await wire.write(connectFrame)
          while (assault.isOn && wire.isOpen) await wire.write(pings)
        },
        { isDeaf: true },
      ),
  },
  {
    name: 'empty-frames',
    what: 'text and binary messages without a byte',
    run: (assault) =>
      repeatFrames(assault, repeated(Buffer.concat([clientFrame(''), clientFrame('', { opcode: 'binary' })]), 10_000)),
  },
  {
    name: 'tiny-fragments',
    what: 'messages in 60,000 fragments of one byte',
    run: (assault) => repeatFrames(assault, oneByteFragments),
  },
  {
    name: 'empty-fragments',
    what: 'one message in fragments without a byte, for ever',
    run: (assault) =>
      assault.crowd(4, async (wire) => {
        await wire.upgrade()
        await wire.write(Buffer.concat([connectFrame, clientFrame('{', { isFinal: false })]))
        while (assault.isOn && wire.isOpen) await wire.write(emptyFragments)
      }),
  },
  {
    name: 'lying-bytes',
    what: 'binary messages with ranges beyond their end, and base64 that is none',
    run: (assault) =>
      repeatFrames(
        assault,
        repeated(
          Buffer.concat(
            ['[0,9999]', '[-1,2]', '[0,3,3]', '"!!!!"', '[1e9,1]'].map((range) => lie(`{"baro:bytes":${range}}`)),
          ),
          200,
        ),
      ),
  },
]
