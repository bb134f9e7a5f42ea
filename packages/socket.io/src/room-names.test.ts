import { expect, test } from 'vitest'
import { channelOfRoom } from './room-names.ts'

test.each([
  ['/', 'room:1', 'room:1'],
  ['/chat', 'room:1', 'chat:room:1'],
  ['/a/b', 'c', 'a:b:c'],
  ['/', 'room:가', 'room:%EA%B0%80'],
  ['/', 'room:%EA%B0%80', 'room:%EA%B0%80'],
  ['/', 'the lobby', 'the%20lobby'],
])('in %s the room %s would be the channel %s', (namespace, room, channel) => {
  expect(channelOfRoom(namespace, room)).toBe(channel)
})

test.each([
  ['the room of a socket', 'Zp0c-Lm2Zp0c-Lm2AAAB'],
  ['an empty name', ''],
  ['an empty segment', 'room:'],
  ['a name that is too long', 'x'.repeat(300)],
  ['half a character', '\ud800'],
])('%s is no channel', (_, room) => {
  expect(channelOfRoom('/', room)).toBeUndefined()
})
