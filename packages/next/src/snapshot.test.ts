import { channel } from '@baro/core'
import { closeCodes } from '@baro/core/protocol'
import { createHub, type Hub } from '@baro/server'
import { afterEach, expect, test, vi } from 'vitest'
import * as z from 'zod/mini'
import { attach } from './attach.ts'
import { attachedHub } from './attached-hub.ts'
import { snapshot } from './snapshot.ts'

const counter = channel('counter:{id}', {
  events: { add: z.object({ by: z.number() }) },
  state: { initial: () => 7, on: { add: (count: number, { payload }) => count + payload.by } },
})
const hubs: Hub[] = []

function newHub(): Hub {
  const hub = createHub({ channels: [counter] })
  hub.on(counter, { access: 'public' })
  hubs.push(hub)
  return hub
}

afterEach(async () => {
  vi.unstubAllEnvs()
  Reflect.deleteProperty(globalThis, Symbol.for('baro.hub'))
  for (const hub of hubs.splice(0)) await hub.close()
})

test('without a hub a page gets the initial value at position none, which every hub answers by reset', async () => {
  expect(await snapshot(counter({ id: 1 }))).toEqual({
    channel: 'counter:1',
    position: 'none',
    version: '1',
    value: 7,
  })
})

test('without a hub the copy of a reference is refused, since nobody knows its initial value', async () => {
  await expect(snapshot({ ...counter({ id: 1 }) })).rejects.toMatchObject({ code: 'unavailable' })
})

test('with a hub a page gets its value and where that was read', async () => {
  const hub = newHub()
  attach(hub)
  const { position } = await hub.publish(counter({ id: 1 }), 'add', { by: 3 })
  expect(await snapshot(counter({ id: 1 }))).toMatchObject({ value: 10, position })
})

test('a hub that is attached later takes the place of the first, whose clients are told to come back', async () => {
  const [first, second] = [newHub(), newHub()]
  attach(first)
  const closed = new Promise((close) => {
    const framing = { name: 'test', frame: (text: string) => new TextEncoder().encode(text) }
    first.connect({ framing, waitingBytes: 0, write: () => {}, close }, { headers: {}, url: '/' })
  })
  attach(first)
  expect(attachedHub()).toBe(first)
  attach(second)
  expect(attachedHub()).toBe(second)
  expect(await closed).toBe(closeCodes.drain)
})

test('attaching does nothing during a build and in the edge runtime', () => {
  for (const [name, value] of [
    ['NEXT_PHASE', 'phase-production-build'],
    ['NEXT_RUNTIME', 'edge'],
  ] as const) {
    vi.stubEnv(name, value)
    attach(newHub())
    expect(() => attachedHub()).toThrow('No hub is attached')
    vi.unstubAllEnvs()
  }
})

test('a channel with the name of an encoded text is said once, in development', async () => {
  const warn = vi.spyOn(console, 'warn').mockReturnValue()
  attach(newHub())
  const encoded = counter({ id: encodeURIComponent('한글') })
  await snapshot(encoded)
  expect(warn).not.toHaveBeenCalled()
  vi.stubEnv('NODE_ENV', 'development')
  for (const id of ['한글', '100%', 'a b']) await snapshot(counter({ id }))
  expect(warn).not.toHaveBeenCalled()
  await snapshot(encoded)
  await snapshot(encoded)
  expect(warn.mock.calls).toEqual([[expect.stringContaining('pageParams(definition, params)')]])
  expect(warn.mock.calls[0]?.[0]).toContain('"counter:%25ED%2595%259C%25EA%25B8%2580"')
  warn.mockRestore()
})
