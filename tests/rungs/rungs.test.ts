import { channel } from '@baro/core'
import { createHub, createMemoryBroker, type Hub, type Listening } from '@baro/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type CuttingLink, createCuttingLink } from './cutting-link.ts'
import { rungs } from './readers.ts'

const room = channel('room:{id}', { events: { message: z.string() } })
const name = 'room:1'
const published = ['first-id', 'second-id', 'third-id']

describe.each(rungs)('from one position, $name', (rung) => {
  let hub: Hub
  let listening: Listening
  let link: CuttingLink
  let start: string

  beforeAll(async () => {
    hub = createHub({ channels: [room] })
    hub.on(room, { access: 'public' })
    listening = await hub.listen(0, '127.0.0.1')
    link = await createCuttingLink(listening.port)
    start = (await hub.publish(room({ id: 1 }), 'message', 'before')).position
    for (const id of published) await hub.publish(room({ id: 1 }), 'message', `안녕 ${id}`, { id })
  })

  afterAll(async () => {
    await link.close()
    await listening.close()
    await hub.close()
  })

  it('I6: delivers the same publications, in order, each once', async () => {
    const { ids } = await rung.read(`http://127.0.0.1:${listening.port}`, name, start, published.length)
    expect(ids).toEqual(published)
  })

  it('I2: cut after every byte, continues from where it stood, and misses and repeats nothing', async () => {
    link.cutAfter(Number.POSITIVE_INFINITY)
    await rung.read(link.origin, name, start, published.length)
    const length = link.bytes
    expect(length).toBeGreaterThan(200)
    let resumedInside = 0
    for (let bytes = 0; bytes <= length; bytes++) {
      link.cutAfter(bytes)
      const first = await rung.read(link.origin, name, start, published.length)
      const missing = published.length - first.ids.length
      if (missing > 0 && missing < published.length) resumedInside++
      const direct = `http://127.0.0.1:${listening.port}`
      const rest = missing > 0 ? await rung.read(direct, name, first.position, missing) : { ids: [] }
      if (String([...first.ids, ...rest.ids]) !== String(published))
        expect.fail(`cut after ${bytes} bytes: got ${first.ids} and then ${rest.ids}`)
    }
    // Only transports that send the three apart can be cut between them.
    if (rung.name.startsWith('plain')) expect(resumedInside).toBeGreaterThan(0)
  })
})

describe('any node', () => {
  it.each(rungs)('$name: two hubs on one broker, asked in turn, deliver what one would', async (rung) => {
    const broker = createMemoryBroker()
    const nodes = await Promise.all(
      [0, 1].map(async () => {
        const hub = createHub({ channels: [room], broker })
        hub.on(room, { access: 'public' })
        return { hub, listening: await hub.listen(0, '127.0.0.1') }
      }),
    )
    const [one, other] = nodes
    if (!one || !other) throw new Error('two nodes were made')
    let position = (await one.hub.publish(room({ id: 1 }), 'message', 'before')).position
    const seen: string[] = []
    for (let turn = 0; turn < 6; turn++) {
      const publisher = nodes[turn % 2] ?? one
      const reader = nodes[(turn + 1) % 2] ?? other
      await publisher.hub.publish(room({ id: 1 }), 'message', 'text', { id: `turn-${turn}` })
      const progress = await rung.read(`http://127.0.0.1:${reader.listening.port}`, name, position, 1)
      seen.push(...progress.ids)
      position = progress.position
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5].map((turn) => `turn-${turn}`))
    for (const { hub, listening } of nodes) {
      await listening.close()
      await hub.close()
    }
    await broker.close()
  })
})
