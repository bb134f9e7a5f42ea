/** What was taken back on each rung there is: by who comes from before it, is caught up while it lands, or is cut. */
import { type Client, createClient } from '@baro/client'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import { channel, type Publication, type Snapshot, type TypesOf } from '@baro/core'
import { fold } from '@baro/core/protocol'
import { createHub, createMemoryBroker, type Hub, type Listening } from '@baro/server'
import { createSeededRandomness, createSparseBroker } from '@baro/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { patience } from '../e2e/patience.ts'
import { type CuttingLink, createCuttingLink } from '../rungs/cutting-link.ts'
import { rungs } from '../rungs/readers.ts'

interface Line {
  readonly id: string
  readonly text?: string
}

const events = { message: z.object({ text: z.string() }) }
const initial = (): Line[] => []
const on = {
  message: (list: Line[], { id, payload }: { id: string; payload: { text: string } }): Line[] => [
    ...list,
    { id, text: payload.text },
  ],
}
/** Its definition says how it loses something. */
const room = channel('room:{id}', {
  moderated: true,
  events,
  state: {
    initial,
    on,
    redact: (list, { id, time }) =>
      time === undefined ? list.map((line) => (line.id === id ? { id } : line)) : [...list, { id }],
  },
})
/** Its state is folded anew. */
const plain = channel('plain:{id}', { moderated: true, events, state: { initial, on } }) as unknown as typeof room
const kinds = { room, plain } as const
const fromOneAddress = { timesPerAddress: Number.POSITIVE_INFINITY }

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** Two nodes on one broker, each on a port, behind a link that can be cut. */
async function createNodes(isSparse: boolean) {
  const memory = createMemoryBroker()
  const broker = isSparse ? createSparseBroker(memory, 'redaction') : memory
  return Promise.all(
    [0, 1].map(async () => {
      const hub = createHub({ channels: [room, plain], broker, limits: fromOneAddress })
      for (const kind of Object.values(kinds)) hub.on(kind, { access: 'public' })
      const listening: Listening = await hub.listen(0, '127.0.0.1')
      const link = await createCuttingLink(listening.port)
      ends.push(
        () => hub.close(),
        () => listening.close(),
        () => link.close(),
      )
      return { hub, link, origin: `http://127.0.0.1:${listening.port}` }
    }),
  ) as unknown as Promise<readonly [Node, Node]>
}
interface Node {
  readonly hub: Hub
  readonly link: CuttingLink
  readonly origin: string
}

const secretOf = (number: number) => `secret-${number}`

describe.each(rungs.flatMap((rung) => [false, true].map((isSparse) => ({ name: rung.name, rung, isSparse }))))(
  '$name, sparse offsets: $isSparse',
  ({ rung, isSparse }) => {
    test('I6: brings the tombstone and the notice, and a reset a state without it', async () => {
      const [one, two] = await createNodes(isSparse)
      const reference = room({ id: 1 })
      await one.hub.publish(reference, 'message', { text: 'before' })
      const page = await one.hub.snapshot(reference)
      await one.hub.publish(reference, 'message', { text: secretOf(1) }, { id: 'the-secret' })
      await one.hub.publish(reference, 'message', { text: 'after' }, { id: 'after' })
      await two.hub.redact(reference, 'the-secret', { reason: 'abuse' })
      const read = await rung.read(two.origin, 'room:1', page.position, 3)
      expect(read.publications.slice(0, 2)).toEqual([
        { id: 'the-secret', payload: { reason: 'abuse' } },
        { id: 'after', payload: { text: 'after' } },
      ])
      expect(read.publications[2]?.payload).toMatchObject({ id: 'the-secret', reason: 'abuse' })
      const reset = await rung.read(one.origin, 'room:1', '1a.another.7.x8Kf2a', 1)
      expect(JSON.stringify(reset.snapshot)).toContain('before')
      expect(JSON.stringify(reset.snapshot)).not.toContain(secretOf(1))
    })

    test('I2: whoever is cut while it is caught up, and goes on after it landed, shows what everybody shows', async () => {
      const [one, two] = await createNodes(isSparse)
      const randomness = createSeededRandomness(`cut ${rung.name}`)
      const told: string[] = []
      for (let number = 1; number <= 8; number++) {
        const reference = room({ id: number })
        const from = await one.hub.snapshot(reference)
        for (const id of ['a', 'b', 'c', 'd'])
          await one.hub.publish(reference, 'message', { text: `${secretOf(number)}-${id}` }, { id })
        one.link.cutAfter(randomness.integer(150, 1_600))
        const first = await rung.read(one.link.origin, reference.channel, from.position, 4)
        await two.hub.redact(reference, randomness.pick(['a', 'b', 'c', 'd']))
        const { position } = await two.hub.snapshot(reference)
        const rest: (typeof first.publications)[number][] = []
        for (let at = first.position; at !== position; ) {
          const read = await rung.read(two.origin, reference.channel, at, 1)
          rest.push(...read.publications)
          at = read.position
        }
        const taken = [...first.publications, ...rest]
        // What the reducers of a client make of it.
        const state = taken.reduce(
          (before, { id, payload }) => fold(room, before, publicationOf(id, payload)),
          initial(),
        )
        expect(state).toEqual((await one.hub.snapshot(reference)).value)
        told.push(first.publications.length === 0 ? 'none' : rest.length === 0 ? 'all' : 'some')
      }
      expect(told).toContain('none')
    })
  },
)

/** What stands on the wire tells by its payload what it is. */
function publicationOf(id: string, payload: unknown): Publication {
  const given = payload as { readonly text?: string; readonly id?: string }
  const type = given.text !== undefined ? 'message' : given.id !== undefined ? 'baro:redacted' : 'baro:tombstone'
  return { type, payload: given as Publication['payload'], id, offset: 1, time: 1 }
}

const transports = [
  createWebSocketTransport({ WebSocket }),
  createHttpTransport('sse'),
  createHttpTransport('long-poll'),
  createHttpTransport('poll', { pollIntervalMs: 10 }),
]

describe.each(
  transports.flatMap((transport) =>
    (Object.keys(kinds) as (keyof typeof kinds)[]).map((kind) => ({ rung: transport.rung, kind, transport })),
  ),
)('a client over $rung, $kind', ({ transport, kind, rung }) => {
  const definition = kinds[kind]
  const reference = definition({ id: 1 })

  async function follow({ link }: Node, page: Snapshot<TypesOf<typeof room>>) {
    const client: Client = createClient({ url: `${link.origin}/baro`, transport, backoff: { baseMs: 5, maxMs: 50 } })
    ends.push(() => client.close())
    const subscription = client.subscribe(definition, page)
    const told: string[] = []
    subscription.onPublication(({ type }) => told.push(type))
    return { subscription, told }
  }

  test('seeded steps: whoever is up to date shows nothing that was taken back, through cuts and on two nodes', async () => {
    const nodes = await createNodes(false)
    const randomness = createSeededRandomness(`steps ${rung} ${kind}`)
    const counts = { published: 0, redacted: 0, cut: 0, shown: 0, notices: 0, tombstones: 0 }
    const page = await nodes[0].hub.snapshot(reference)
    const { subscription, told } = await follow(nodes[0], page)
    const gone = new Set<string>()
    const ids: string[] = []
    await vi.waitUntil(() => subscription.current.status.state === 'live', patience)
    for (let step = 1; step <= 25; step++) {
      const { hub } = randomness.pick(nodes)
      const text = secretOf(step)
      ids.push((await hub.publish(reference, 'message', { text }, { id: text })).id)
      counts.published++
      if (randomness.chance(0.3)) {
        nodes[0].link.cutAll()
        counts.cut++
      }
      if (randomness.chance(0.5)) {
        const id = randomness.pick(ids)
        if (JSON.stringify(subscription.current.state).includes(`"${id}","text"`)) counts.shown++
        await Promise.all(nodes.map((one) => one.hub.redact(reference, id)))
        gone.add(id)
        counts.redacted++
      }
      const { position, value } = await nodes[1].hub.snapshot(reference)
      await vi.waitUntil(() => subscription.current.position === position, patience)
      for (const id of gone) expect(JSON.stringify(subscription.current.state)).not.toContain(`"text":"${id}"`)
      expect(subscription.current.state).toEqual(value)
    }
    counts.notices = told.filter((type) => type === 'baro:redacted').length
    counts.tombstones = told.filter((type) => type === 'baro:tombstone').length
    console.log(rung, kind, JSON.stringify(counts))
    for (const name of ['published', 'redacted', 'cut', 'shown', 'notices'] as const)
      expect([name, counts[name]]).not.toEqual([name, 0])
  })
})
