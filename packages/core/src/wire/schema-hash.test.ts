import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { clientMessages } from './client-message.ts'
import { protocolVersion } from './codec.ts'
import { serverMessages } from './server-message.ts'
import { describeShape } from './shape.ts'

/** The hash of all shapes, by protocol version. */
const pinned: Readonly<Record<number, string>> = {
  1: '07c9ed35e9ccb63f49d3198a8fbb48ad8856d412be9c4ec62838c0ce5a80e7c2',
}

it('the protocol version stands for exactly these message shapes', () => {
  const shapes = [
    ...[...clientMessages.values()].map((shape) => `client ${describeShape(shape)}`),
    ...[...serverMessages.values()].map((shape) => `server ${describeShape(shape)}`),
  ].sort()
  const hash = createHash('sha256').update(shapes.join('\n')).digest('hex')
  expect(
    pinned[protocolVersion],
    `The shape of a message changed. If an older side would misunderstand it, raise protocolVersion in wire/codec.ts; if only optional fields or messages are new, it stays. Then pin ${hash} here and change PROTOCOL.md. The shapes are now:\n${shapes.join('\n')}\n`,
  ).toBe(hash)
})

it('a shape is described by its fields, their kinds, and which of them are optional', () => {
  const connect = clientMessages.get('baro:connect')
  const publications = serverMessages.get('baro:publications')
  expect(connect && describeShape(connect)).toBe(
    'baro:connect(protocol:whole,client:text,token?:text,claimsEpoch?:text)',
  )
  expect(publications && describeShape(publications)).toBe(
    'baro:publications(channel:text,follows:text,position:text,publications:[type:text,payload:json,offset:whole,id:text,time:whole,by?:text])',
  )
})
