import type { Hub } from '@baro/server'
import { afterEach, expect, it } from 'vitest'
import { drainOnSignals } from './drain-on-signals.ts'

const before = process.listeners('SIGTERM')

afterEach(() => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    for (const listener of process.listeners(signal)) if (!before.includes(listener)) process.off(signal, listener)
})

it('drains the hub that is attached when the process is asked to stop, once, however often it was attached', async () => {
  const calls: string[] = []
  const hubNamed = (name: string) =>
    ({
      drain: async () => void calls.push(`drain ${name}`),
      close: async () => void calls.push(`close ${name}`),
      // Of a hub, nothing else is used here.
    }) as unknown as Hub
  let attached = hubNamed('first')
  drainOnSignals(() => attached)
  drainOnSignals(() => attached)
  attached = hubNamed('second')
  for (const listener of process.listeners('SIGTERM')) if (!before.includes(listener)) listener('SIGTERM')
  await Promise.resolve()
  await Promise.resolve()
  expect(calls).toEqual(['drain second', 'close second'])
})
