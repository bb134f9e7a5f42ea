import type { FakeClock } from '@baro/testing'
import { vi } from 'vitest'

/** How much time passes in each look of a test, and how long a look takes: what goes over the network takes its time. */
export const stepMs = 20
export const lookMs = 2

/** Lets time go on slowly until it is settled. */
export async function settledIn<T>(clock: FakeClock, promise: Promise<T>, longestMs: number): Promise<T> {
  let isSettled = false
  const settle = () => {
    isSettled = true
  }
  promise.then(settle, settle)
  await vi.waitUntil(
    () => {
      if (!isSettled) clock.advance(stepMs)
      return isSettled
    },
    { interval: lookMs, timeout: longestMs },
  )
  return promise
}
