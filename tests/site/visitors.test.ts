import type { Hub } from '@baro/server'
import { afterEach, expect, test, vi } from 'vitest'
import { countVisitors } from '../../examples/site/server/visitors.ts'

afterEach(() => {
  vi.useRealTimers()
})

test('a count that could not be told ends no process, and is told with the next change', async () => {
  vi.useFakeTimers()
  const told: number[] = []
  const watchers = new Map<string, () => void>()
  let isClosed = true
  const hub = {
    on: (moment: string, run: () => void) => watchers.set(moment, run),
    publish: async (_: unknown, __: string, { count }: { readonly count: number }) => {
      if (isClosed) throw new Error('The broker is closed.')
      told.push(count)
    },
  }
  const rejected = vi.fn()
  process.on('unhandledRejection', rejected)
  countVisitors(hub as unknown as Hub)

  watchers.get('connected')?.()
  await vi.runAllTimersAsync()
  isClosed = false
  watchers.get('connected')?.()
  watchers.get('disconnected')?.()
  await vi.runAllTimersAsync()

  vi.useRealTimers()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', rejected)
  expect(told).toEqual([1])
  expect(rejected).not.toHaveBeenCalled()
})
