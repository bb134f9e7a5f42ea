import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { Acknowledgement } from './acknowledgement.ts'

function begin() {
  const clock = createFakeClock()
  const told: bigint[] = []
  const acknowledgement = new Acknowledgement({ clock, send: (frame) => told.push(frame.readBigUInt64BE(1)) })
  return { clock, told, acknowledgement }
}

test('the server is told at once how far its log was handed on', () => {
  const { told, acknowledgement } = begin()
  acknowledgement.upTo(7n)
  expect(told).toEqual([7n])
})

test('rounds that follow each other closely are told as one, within 20 ms', async () => {
  const { clock, told, acknowledgement } = begin()
  for (let place = 1n; place <= 50n; place++) acknowledgement.upTo(place)
  expect(told).toEqual([1n])
  await clock.advance(20)
  expect(told).toEqual([1n, 50n])
  await clock.advance(20)
  acknowledgement.upTo(51n)
  expect(told).toEqual([1n, 50n, 51n])
})

test('no place is told that is behind an earlier one, and none twice', async () => {
  const { clock, told, acknowledgement } = begin()
  for (const place of [9n, 3n, 9n]) acknowledgement.upTo(place)
  await clock.advance(100)
  expect(told).toEqual([9n])
})

test('the server that asks is told in the pause too, and that it is heard every ten seconds', async () => {
  const { clock, told, acknowledgement } = begin()
  acknowledgement.tell()
  // Before anything was handed on, a place would be a lie.
  expect(told).toEqual([])
  acknowledgement.upTo(1n)
  acknowledgement.upTo(2n)
  acknowledgement.tell()
  expect(told).toEqual([1n, 2n])
  await clock.advance(10_000)
  expect(told).toEqual([1n, 2n, 2n])
  acknowledgement.close()
  await clock.advance(60_000)
  expect(told).toHaveLength(3)
})
