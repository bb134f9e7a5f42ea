import type { NodeListener } from '@baro/core/broker'
import { createSeededRandomness } from '@baro/testing'
import { describe, expect, test } from 'vitest'
import { serve, tick, wall } from '../../test/http-stage.ts'
import { servePages } from '../../test/pages-stage.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'

const secret = 'a secret'

describe('a kept page that shows what was taken back', () => {
  async function setUp(hear?: (listener: NodeListener) => void) {
    const broker = createMemoryBroker()
    const node = (own: Partial<typeof broker> = {}) =>
      servePages(
        async (_request, response, { hub }) =>
          response.end(JSON.stringify((await hub.snapshot(wall({ id: 1 }))).value)),
        // However far behind it may be.
        { policy: { maxAge: '1h', maxBehind: 1_000, waitBehind: 1_000 } },
        { broker: { ...broker, ...own }, randomness: createSeededRandomness(String(own.hear)) },
      )
    const one = await node()
    const two = await node({
      hear: broker.hear,
      ...(hear && {
        async hear(listener) {
          hear(listener)
          return () => {}
        },
      }),
    })
    await one.hub.publish(wall({ id: 1 }), 'message', secret, { id: 'the-secret' })
    for (const { page } of [one, two]) expect((await page()).text).toContain(secret)
    return { one, two }
  }

  test('is given to nobody any more, also on a node with a page store of its own', async () => {
    const { one, two } = await setUp()
    expect((await two.page()).cacheStatus).toContain('hit')
    await one.hub.redact(wall({ id: 1 }), 'the-secret')
    await tick()
    for (const { page } of [one, two]) expect((await page()).text).toBe('[]')
  })

  test('is given to nobody by a node that may have missed it, once it hears again', async () => {
    const listeners: NodeListener[] = []
    const { one, two } = await setUp((listener) => listeners.push(listener))
    await one.hub.redact(wall({ id: 1 }), 'the-secret')
    expect((await two.page()).text).toContain(secret)
    for (const { lost } of listeners) lost()
    await tick()
    expect((await two.page()).text).toBe('[]')
  })
})

test('a range of a moderated channel is closed, and may not stay in caches', async () => {
  const { hub, ask } = await serve()
  const { position } = await hub.publish(wall({ id: 1 }), 'message', 'a')
  for (const text of ['b', 'c']) await hub.publish(wall({ id: 1 }), 'message', text)
  const { body, headers } = await ask(`/baro/channels/wall:1?after=${position}&limit=1`)
  expect(body.more).toBe(true)
  expect(headers['cache-control']).toBe('public, max-age=0, s-maxage=1, no-transform')
})
