import { parseId } from '@baro/core/protocol'
import { expect, test } from 'vitest'
import { argsOf, broadcastId, parseBroadcastId, payloadOf, tagOf } from './broadcast-id.ts'

const random = 'kBz3X0mVq1TtYw8e'

test.each([
  { arguments: 'one', except: [], hasSiblings: false },
  { arguments: 'none', except: [tagOf('room:1')], hasSiblings: false },
  { arguments: 'several', except: [tagOf('room:1'), tagOf('가')], hasSiblings: true },
] as const)('an id says what its broadcast says: %j', (broadcast) => {
  const id = broadcastId(broadcast, random)
  expect(parseBroadcastId(id)).toEqual(broadcast)
  expect(id.endsWith(random)).toBe(true)
})

test('no client can choose such an id, and what it can choose says nothing', () => {
  expect(parseId(broadcastId({ arguments: 'one', except: [], hasSiblings: false }, random)).ok).toBe(false)
  for (const id of [random, 'l', `l${tagOf('ada')}`, '.', 'x.y'])
    expect(parseBroadcastId(id)).toEqual({ arguments: 'one', except: [], hasSiblings: false })
})

test.each([[[]], [[1]], [[undefined]], [[[1, 2]]], [[1, 2]], [[null]]])(
  'arguments come out as they went in: %j',
  (args) => {
    const { payload, arguments: how } = payloadOf(args)
    expect(argsOf(payload, how)).toEqual(args)
  },
)
