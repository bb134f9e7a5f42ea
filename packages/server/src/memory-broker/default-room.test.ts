import { expect, test } from 'vitest'
import { defaultRoom } from './default-room.ts'

const mib = 1 << 20

test.each([
  ['a small heap', 256 * mib, 64 * mib],
  ['one of four times the most', 1_024 * mib, 256 * mib],
  ['a large one', 8_192 * mib, 256 * mib],
])('I7: in %s, channels leave three quarters of it to others', (_, heap, room) => {
  expect(defaultRoom(heap)).toBe(room)
})
