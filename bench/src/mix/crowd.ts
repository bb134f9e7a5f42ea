/** Everybody who is in a room of the mix, in a process of its own: `crowd.ts URL ROOMS SEED`. Does what its parent says. */
import { createHmac } from 'node:crypto'
import { createClient, type Subscription } from '@baro/client'
import { followMembers, track } from '@baro/client/members'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import type { TypesOf } from '@baro/core'
import { createSeededRandomness } from '@baro/testing'
import { WebSocket } from 'ws'
import { room, secret, sizesOf } from './rooms.ts'

const [url = '', rooms = '1', seed = '1'] = process.argv.slice(2)
const randomness = createSeededRandomness(seed)
const chance = () => randomness.integer(0, 999_999) / 1_000_000
const sizes = sizesOf(Number(rooms), chance)

const tokenMs = 300_000
const text = 'x'.repeat(128)
/** So many are on their way in at once. */
const comingAtOnce = 32
const over = {
  websocket: createWebSocketTransport({ WebSocket }),
  sse: createHttpTransport('sse'),
  'long-poll': createHttpTransport('long-poll'),
  poll: createHttpTransport('poll'),
}
type Rung = keyof typeof over

interface Person {
  readonly number: number
  readonly subscription: Subscription<TypesOf<typeof room>>
  leave(): void
}

const people: Person[] = []
const nothing = { published: 0, refused: 0, delivered: 0, came: 0, left: 0 }
const counted = { ...nothing }
const timers: NodeJS.Timeout[] = []

function tokenOf(name: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: name, exp: (Date.now() + tokenMs) / 1_000 })}`
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
}

/** Three in ten are where no WebSocket gets through. */
function rungOf(): Rung {
  const drawn = chance()
  return drawn < 0.7 ? 'websocket' : drawn < 0.8 ? 'sse' : drawn < 0.9 ? 'long-poll' : 'poll'
}

/** Comes into a room, and resolves when it is live there. */
function come(id: number, number: number): Promise<void> {
  const name = `person-${number}`
  const client = createClient({ url, transport: over[rungOf()], token: () => tokenOf(name) })
  const reference = room({ id })
  const subscription = client.subscribe(room, reference)
  subscription.onPublication(() => counted.delivered++)
  const here = followMembers(client, reference)
  track(client, reference, { name })
  people.push({
    number,
    subscription,
    leave() {
      here.close()
      client.close()
    },
  })
  return new Promise((resolve) => {
    const stop = subscription.onChange(() => {
      if (subscription.current.status.state !== 'live') return
      stop()
      resolve()
    })
  })
}

const places = sizes.flatMap((size, id) => Array.from({ length: size }, () => id))
let newest = 0

async function comeAll(): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: comingAtOnce }, async () => {
      for (let at = next++; at < places.length; at = next++) await come(places[at] ?? 0, newest++)
    }),
  )
}

const anyOf = <T>(list: readonly T[]): T | undefined => list[randomness.integer(0, list.length - 1)]

/** Talks, comes and goes, until it is told to stop. */
function live({ publishes, comers }: { readonly publishes: number; readonly comers: number }): void {
  // As many as are due: a process that is late has not let any go by.
  const every = (perSecond: number, run: () => void) => {
    const beganMs = performance.now()
    let done = 0
    const catchUp = () => {
      for (const due = ((performance.now() - beganMs) * perSecond) / 1_000; done < due; done++) run()
    }
    timers.push(setInterval(catchUp, 20))
  }
  every(publishes, () => {
    const subscription = anyOf(people)?.subscription
    subscription?.publish('message', { text }).then(
      () => counted.published++,
      () => counted.refused++,
    )
  })
  every(comers, () => {
    const [gone] = people.splice(randomness.integer(0, people.length - 1), 1)
    gone?.leave()
    counted.left++
    void come(places[(gone?.number ?? 0) % places.length] ?? 0, newest++).then(() => counted.came++)
  })
}

process.on(
  'message',
  async (order: {
    readonly do: 'come' | 'live' | 'count' | 'stop'
    readonly publishes: number
    readonly comers: number
  }) => {
    if (order.do === 'come') await comeAll()
    if (order.do === 'live') live(order)
    if (order.do === 'count') Object.assign(counted, nothing)
    if (order.do === 'stop') for (const timer of timers) clearInterval(timer)
    process.send?.({ people: people.length, ...counted })
  },
)
process.send?.({})
