/** Twenty honest clients, five on each rung, in a process of their own, so that nobody slows the measuring. */
import type { Rung } from '@baro/client'
import { createHonestClient, type HonestClient } from '../honest/honest-client.ts'
import { percentile } from '../honest/percentile.ts'
import { coreWaitMs } from './core-wait.ts'
import { serveOrders } from './worker.ts'

/** What the honest are told to do. */
export type HonestOrder =
  /** Come, and follow. */
  | { readonly do: 'come'; readonly port: number }
  /** Speak, each of them at every interval, and measure for a stretch. */
  | { readonly do: 'speak'; readonly forMs: number; readonly everyMs: number; readonly stretch: Stretch }
  /** Wait until everybody has everything, at most for this long. */
  | { readonly do: 'settle'; readonly withinMs: number }

/**
 * What a delay is measured for. `warm` is not looked at: everybody's code is compiled in it. In `goodbye` the attacker lets
 * go of all its connections at once.
 */
export type Stretch = 'warm' | 'before' | 'under' | 'goodbye' | 'after'

/** Some delays, in milliseconds. */
export interface Delays {
  readonly count: number
  readonly p50: number
  readonly p99: number
}

/** What became of them. All but delays is of the time since they were asked last. */
export interface HonestFigures {
  /**
   * From saying to hearing; to a poll, of its answer. `alone` is `before` and `after` together, `under` is `meanwhile` and
   * `goodbye`.
   */
  readonly delays: Readonly<Record<'before' | 'after' | 'meanwhile' | 'goodbye', Delays>> &
    Readonly<Record<'alone' | 'under', Readonly<Record<'all' | Rung, Delays>>>>
  /** Refusals, closed links and failed publishes, by what was said. */
  readonly refusals: Readonly<Record<string, number>>
  /** Fresh snapshots that somebody got who was live, by reason. */
  readonly resets: Readonly<Record<string, number>>
  /** Publications that somebody did not get, got again, or got out of order. */
  readonly missed: number
  readonly doubled: number
  readonly live: number
  /** For how long the process of the honest did not have its core, since they were asked last. */
  readonly coreWaitMs: number
}

const rungs: readonly Rung[] = ['websocket', 'sse', 'long-poll', 'poll']
/** Each with a client on every rung. */
const groups = [
  { of: 'room', id: '1', isUser: false },
  { of: 'room', id: '1', isUser: true },
  { of: 'room', id: '2', isUser: false },
  { of: 'desk', id: '1', isUser: true },
  { of: 'desk', id: '2', isUser: true },
] as const

let clients: readonly HonestClient[] = []
let refusals: Record<string, number> = {}
let resets: Record<string, number> = {}
const delays: { readonly stretch: Stretch; readonly rung: Rung; readonly ms: number }[] = []
/** What was asked or said between two `speak` is not measured. */
const measured: { readonly stretch: Stretch; readonly fromMs: number; readonly toMs: number }[] = []
let said = 0
let unanswered = 0
let waitedMs = coreWaitMs()
const saidAtMs = new Map<number, number>()

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const countIn = (counts: Record<string, number>, what: string): void => {
  counts[what] = (counts[what] ?? 0) + 1
}
/** However late it comes: what is heard after a long stop is what the stop cost. */
const delayed = (rung: Rung, sinceMs: number): void => {
  const found = measured.find(({ fromMs, toMs }) => sinceMs >= fromMs && sinceMs <= toMs)
  if (found) delays.push({ stretch: found.stretch, rung, ms: performance.now() - sinceMs })
}

async function come(port: number): Promise<void> {
  clients = groups.flatMap(({ of, id, isUser }, group) =>
    rungs.map((rung, index) => {
      const name = `honest-${group}-${rung}`
      return createHonestClient({
        ...{ name, rung, isUser, place: { of, id } },
        url: `http://127.0.0.1:${port}/baro`,
        // From homes of their own, none of them the attacker's.
        localAddress: `127.0.${group + 1}.${index + 1}`,
        heard(from, n) {
          const atMs = saidAtMs.get(n)
          if (from.startsWith('honest') && atMs !== undefined && rung !== 'poll') delayed(rung, atMs)
        },
        answered: (askedAtMs) => delayed(rung, askedAtMs),
        refused: (why) => countIn(refusals, `${rung}: ${why}`),
        reset: (reason) => countIn(resets, `${rung}: ${reason}`),
      })
    }),
  )
  while (clients.some(({ isLive }) => !isLive)) await wait(20)
  resets = {}
}

async function speak(forMs: number, everyMs: number, stretch: Stretch): Promise<void> {
  const endMs = performance.now() + forMs
  measured.push({ stretch, fromMs: performance.now(), toMs: endMs })
  // One after the other, evenly: what is said together waits for itself.
  for (let turn = 0; performance.now() < endMs; turn++) {
    const client = clients[turn % clients.length]
    const n = ++said
    saidAtMs.set(n, performance.now())
    unanswered++
    client
      ?.say(n)
      .catch((error) => countIn(refusals, `publish: ${error.code ?? error}`))
      .finally(() => unanswered--)
    await wait(everyMs / clients.length)
  }
}

/** How far a client is. */
const reached = ({ offsets, covered }: HonestClient) => Math.max(offsets.at(-1) ?? 0, [...covered].at(-1) ?? 0)
/** Where a channel ends, as far as anybody knows. */
const headOf = (channel: string) => Math.max(0, ...clients.filter((one) => one.channel === channel).map(reached))
const isSettled = () => unanswered === 0 && clients.every((one) => one.isLive && reached(one) === headOf(one.channel))

async function settle(withinMs: number): Promise<void> {
  const endMs = performance.now() + withinMs
  while (performance.now() < endMs && !isSettled()) await wait(20)
  if (unanswered > 0) refusals['publish: no answer'] = unanswered
  // Whoever is behind now has missed it. For the stragglers: what nobody has got shows as publishes without an answer.
  await wait(100)
}

type Delayed = readonly { readonly rung: Rung; readonly ms: number }[]

function summary(of: Delayed): Delays {
  const all = of.map(({ ms }) => ms)
  return { count: all.length, p50: percentile(all, 50), p99: percentile(all, 99) }
}

function byRung(all: Delayed): HonestFigures['delays']['under'] {
  const each = rungs.map((rung) => [rung, summary(all.filter((one) => one.rung === rung))])
  return { all: summary(all), ...Object.fromEntries(each) }
}

function figures(): HonestFigures {
  let missed = 0
  let doubled = 0
  for (const { offsets, covered, channel } of clients) {
    // They came to an empty channel, so their offsets begin at 1 and have no gaps.
    missed += headOf(channel) - new Set([...offsets, ...covered]).size
    doubled += offsets.filter((offset, index) => offset <= (offsets[index - 1] ?? -1)).length
  }
  const of = (asked: Stretch) => delays.filter(({ stretch }) => stretch === asked)
  const [before, meanwhile, goodbye, after] = [of('before'), of('under'), of('goodbye'), of('after')]
  const told: HonestFigures = {
    delays: {
      ...{ before: summary(before), after: summary(after) },
      ...{ meanwhile: summary(meanwhile), goodbye: summary(goodbye) },
      ...{ alone: byRung([...before, ...after]), under: byRung([...meanwhile, ...goodbye]) },
    },
    ...{ refusals, resets, missed, doubled },
    live: clients.filter(({ isLive }) => isLive).length,
    coreWaitMs: coreWaitMs() - waitedMs,
  }
  waitedMs = coreWaitMs()
  refusals = {}
  resets = {}
  return told
}

serveOrders<HonestOrder, HonestFigures>(async (order) => {
  if (order.do === 'come') await come(order.port)
  else if (order.do === 'speak') await speak(order.forMs, order.everyMs, order.stretch)
  else await settle(order.withinMs)
  return figures()
})
