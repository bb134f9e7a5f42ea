import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import { StepQueue } from './step-queue.ts'
import type { StreamStep } from './stream-reader.ts'

const change = (bytes: number): StreamStep => ({ kind: 'change', table: 'a', change: { kind: 'insert' }, bytes })

function queue() {
  const told: string[] = []
  const clock = createFakeClock()
  return {
    told,
    clock,
    queue: new StepQueue({ clock, pause: () => told.push('pause'), resume: () => told.push('resume') }),
  }
}

test('I7: the stream waits when much has come that is not taken, and goes on when half of it is', () => {
  const { told, queue: steps } = queue()
  for (let count = 0; count < 4; count++) steps.push(change(600 << 10))
  expect(told).toEqual(['pause'])
  steps.take()
  expect(told).toEqual(['pause'])
  steps.take()
  steps.take()
  expect(told).toEqual(['pause', 'resume'])
})

test('many small steps count too', () => {
  const { told, queue: steps } = queue()
  for (let count = 0; count < 40_000; count++) steps.push({ kind: 'begin', commit: BigInt(count), xid: 1n })
  expect(told).toEqual(['pause'])
  const taken = Array.from({ length: 40_000 }, () => (steps.take() as { readonly commit: bigint }).commit)
  expect(taken.every((commit, at) => commit === BigInt(at))).toBe(true)
  expect([steps.take(), steps.isEmpty, told]).toEqual([undefined, true, ['pause', 'resume']])
})

test('places that follow each other are one step', () => {
  const { queue: steps } = queue()
  for (const end of [1n, 2n, 3n]) steps.push({ kind: 'quiet', end, asksForStatus: false })
  steps.push({ kind: 'commit', end: 4n })
  expect([steps.take(), steps.take(), steps.take()]).toMatchObject([{ end: 3n }, { kind: 'commit' }, undefined])
})

test('who waits is woken by a step, by hand and by the end, and nobody waits for what is there', async () => {
  const { queue: steps } = queue()
  const first = steps.some()
  steps.push({ kind: 'commit', end: 1n })
  await first
  await steps.some()
  steps.take()
  const second = steps.some()
  steps.wake()
  await second
  const third = steps.some()
  steps.close()
  await third
  await steps.some()
})

const commit: StreamStep = { kind: 'commit', end: 1n }

test('transactions that follow each other closely gather for a moment, as long as they do', () => {
  const { told, clock, queue: steps } = queue()
  steps.push(commit)
  expect(told).toEqual([])
  steps.push(commit)
  // They were read together with it.
  steps.push(commit)
  expect(told).toEqual(['pause'])
  clock.advance(1)
  expect(told).toEqual(['pause', 'resume'])
  steps.push(commit)
  expect(told).toEqual(['pause', 'resume', 'pause'])
  clock.advance(1)
  clock.advance(1)
  steps.push(commit)
  expect(told).toEqual(['pause', 'resume', 'pause', 'resume'])
})

test('I7: a stream that waits for two reasons goes on when neither is left', () => {
  const { told, clock, queue: steps } = queue()
  steps.push(commit)
  steps.push(commit)
  steps.push(change(3 << 20))
  clock.advance(1)
  expect(told).toEqual(['pause'])
  for (let count = 0; count < 3; count++) steps.take()
  expect(told).toEqual(['pause', 'resume'])
})

test('after its end nothing goes on', () => {
  const { told, clock, queue: steps } = queue()
  steps.push(commit)
  steps.push(commit)
  steps.close()
  clock.advance(1)
  expect(told).toEqual(['pause'])
})
