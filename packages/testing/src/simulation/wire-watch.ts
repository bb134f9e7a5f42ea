import type { Publication } from '@baro/core'
import { parseJson } from '@baro/core/protocol'
import type { Direction } from '../network.ts'
import { badIdsIn } from './bad-messages.ts'
import type { Ledger } from './ledger.ts'
import type { Tally, TallyName } from './tally.ts'
import { Violation } from './violation.ts'

const resetTallies: ReadonlyMap<string, TallyName> = new Map(
  (['none', 'queried', 'epoch', 'beyond-head', 'trimmed', 'rewritten'] as const).map((reason) => [
    reason,
    `reset: ${reason}`,
  ]),
)

interface Answer {
  readonly type: string
  readonly payload: {
    readonly id?: string
    readonly channel?: string
    readonly attempt?: number
    readonly reason?: string
    readonly code?: string
    readonly claimsEpoch?: string
    readonly producer?: string
    readonly position?: string
    readonly publications?: readonly Publication[]
  }
}

const refusalTallies: ReadonlyMap<string, TallyName> = new Map([
  ['in-progress', 'publish in progress elsewhere'],
  ['rate-limited', 'publish: rate-limited'],
  ['unavailable', 'publish: unavailable'],
  ['out-of-turn', 'publish: out-of-turn'],
])

/** What a message travels on: a link, or a request. */
export type Way = object

/** Who published last under which producer, and in which life of the claims it began. */
interface Producer {
  readonly name: string
  readonly atMs: number
  readonly claimsEpoch: string | undefined
}

/** What a wire watch works with. */
export interface WireWatchParts {
  readonly tally: Tally
  readonly ledger: Ledger
  /** How long a client waits before it takes its producer for forgotten. */
  readonly producerAgeMs: number
  elapsedMs(): number
  /** A subscribe from a position was answered as one of another life. */
  resetFrom(channel: string, position: string): void
  /** A subscribe was answered by what follows its position, up to this one. */
  recoveredTo(channel: string, position: string, publications: readonly Publication[]): void
  /** The life of the claims as it is. */
  claimsEpoch(): string
  /** Runs an assertion about what went over the wire. */
  check(assertion: () => void): void
}

/** The publishes that a page made in one channel in one moment. */
interface Burst {
  readonly atMs: number
  readonly ids: string[]
}

/** Reads along on the wire: which paths the code under test took, and what was sent when. */
export class WireWatch {
  readonly #parts: WireWatchParts
  readonly #tally: Tally
  /** The position of each subscribe, by channel and attempt. */
  readonly #asked = new WeakMap<Way, Map<string, string | undefined>>()
  readonly #answered = new WeakMap<Way, Map<string, number>>()
  /** The life of the claims that each link counts on. */
  readonly #claims = new WeakMap<Way, string | undefined>()
  readonly #toldEpochs = new Map<string, string>()
  readonly #producers = new Map<string, Producer>()
  readonly #bursts = new Map<string, Burst>()
  /** What a request asks: the bad messages and the publishes in it. */
  readonly #inRequest = new WeakMap<Way, { readonly bad: readonly string[]; readonly publishes: readonly string[] }>()
  /** Publishes that were refused for a while. */
  readonly #refused = new Set<string>()
  /** Publishes in requests that came twice. */
  readonly #doubled = new Set<string>()
  /** The longest message so far, in characters, which here are bytes. */
  longest = 0

  constructor(parts: WireWatchParts) {
    this.#parts = parts
    this.#tally = parts.tally
  }

  /** @param client Names one life of a page. */
  sent(link: Way, client: string, direction: Direction, text: string): void {
    if (direction === 'to-hub') {
      if (text.startsWith('{"type":"baro:publish"')) this.#published(link, client, read(text))
      // A request says which claims it counts on.
      else if (text.startsWith('{"type":"baro:connect"')) this.#claims.set(link, read(text).payload.claimsEpoch)
      else if (text.startsWith('{"type":"baro:subscribe"')) {
        const { channel, attempt, position } = read(text).payload
        const asked = this.#asked.get(link) ?? new Map<string, string | undefined>()
        this.#asked.set(link, asked.set(`${channel} ${attempt}`, position))
      }
      return
    }
    this.longest = Math.max(this.longest, text.length)
    // Most messages are deliveries, and tell nothing that is counted.
    if (text.startsWith('{"type":"baro:publications"')) return
    const { type, payload } = read(text)
    if (type === 'baro:connected') {
      this.#tally.count('connected')
      if (!this.#claims.get(link)) this.#claims.set(link, payload.claimsEpoch)
      this.#told(client, String(payload.claimsEpoch))
    } else if (type === 'baro:recovered') {
      const { channel, position, publications = [] } = payload
      this.#tally.count(publications.length > 0 ? 'recovered with publications' : 'recovered with nothing to catch up')
      this.#parts.recoveredTo(String(channel), String(position), publications)
    } else if (type === 'baro:error' && payload.id !== undefined) {
      const name = refusalTallies.get(payload.code ?? '')
      if (name) {
        this.#tally.count(name)
        this.#refused.add(payload.id)
        if (payload.code === 'rate-limited') this.#refusedForRate(payload.id)
      } else if (badIdsIn(payload.id).length > 0) this.#tally.count('bad message answered by its name')
    } else if (type === 'baro:reset') {
      this.#tally.count(resetTallies.get(String(payload.reason)) ?? 'reset: none')
      if (this.#answered.get(link)?.get(String(payload.channel)) === payload.attempt)
        this.#tally.count('live reader reset')
      else if (payload.reason === 'epoch')
        this.#parts.resetFrom(
          String(payload.channel),
          this.#asked.get(link)?.get(`${payload.channel} ${payload.attempt}`) ?? '',
        )
    }
    if (payload.channel !== undefined && payload.attempt !== undefined) {
      const answered = this.#answered.get(link) ?? new Map<string, number>()
      this.#answered.set(link, answered.set(payload.channel, payload.attempt))
    }
  }

  /**
   * Whether a publish may come again in another life of the claims. Where the network has doubled one, one copy may have
   * been taken and the other one refused, before that life or in it, and its client cannot know: no stream transport does
   * that, and within one life of the claims the claim finds it out.
   */
  mayRepeat(id: string): boolean {
    return this.#refused.has(id) || this.#doubled.has(id)
  }

  cameTwice(id: string): boolean {
    return this.#doubled.has(id)
  }

  /** A message came twice. */
  doubledMessage(text: string): void {
    if (text.startsWith('{"type":"baro:publish"')) this.#doubled.add(String(read(text).payload.id))
  }

  /** A request came twice. */
  doubled(request: Way): void {
    for (const id of this.#inRequest.get(request)?.publishes ?? []) this.#doubled.add(id)
  }

  /** A request has left, or its answer has. A bad message in it is answered by its name, and refuses only itself. */
  passed(request: Way, direction: Direction, body: string, messages: readonly string[]): void {
    if (direction === 'to-hub') {
      const publishes = messages.filter((text) => text.startsWith('{"type":"baro:publish"'))
      const ids = publishes.map((text) => String(read(text).payload.id))
      this.#inRequest.set(request, { bad: badIdsIn(body), publishes: ids })
      return
    }
    const { bad = [], publishes = [] } = this.#inRequest.get(request) ?? {}
    // A node that stops takes nothing more.
    if (messages.some((text) => text.startsWith('{"type":"baro:drain"'))) return
    // A session that is not let in is refused as a whole, and all of it is said again.
    if (messages.length > 0 && !messages.some((text) => text.startsWith('{"type":"baro:connected"'))) return
    if (messages.length > 0 && publishes.some((id) => !body.includes(`"${id}"`)))
      this.#tally.count('publish left out of an answer')
    this.#parts.check(() => {
      const isRefused = messages.length === 0 && body.includes('"bad-message"')
      const missing = messages.length > 0 ? bad.find((id) => !body.includes(`"id":"${id}"`)) : undefined
      if (bad.length === 0 || (!isRefused && missing === undefined)) return
      throw new Violation('answered', `a request with ${bad} among its messages was answered by ${body.slice(0, 200)}`)
    })
  }

  /** A burst of which the first was taken and more come behind. */
  #refusedForRate(id: string): void {
    for (const { ids } of this.#bursts.values()) {
      const at = ids.indexOf(id)
      if (at > 0 && at < ids.length - 1 && !this.#refused.has(ids[0] ?? ''))
        this.#tally.count('burst refused for its rate in the middle')
    }
  }

  /** A node notices a new life of the claims with its next claim; until then it tells of the old one. */
  #told(client: string, claimsEpoch: string): void {
    const { tally, ledger, claimsEpoch: claimsNow } = this.#parts
    if (claimsEpoch !== claimsNow()) tally.count('node told of claims that are lost')
    const before = this.#toldEpochs.get(client)
    this.#toldEpochs.set(client, claimsEpoch)
    if (before !== undefined && before !== claimsEpoch) ledger.doubtPage(client)
  }

  #published(link: Way, client: string, { payload: { id, channel, producer } }: Answer): void {
    const { ledger, producerAgeMs, elapsedMs, claimsEpoch: claimsNow } = this.#parts
    const claimsEpoch = this.#claims.get(link)
    if (claimsEpoch !== claimsNow()) ledger.sentInVain(String(id))
    const burst = this.#bursts.get(`${client} ${channel}`)
    if (burst?.atMs === elapsedMs()) burst.ids.push(String(id))
    else this.#bursts.set(`${client} ${channel}`, { atMs: elapsedMs(), ids: [String(id)] })
    if (producer === undefined) return
    const lane = `${client} ${channel}`
    const before = this.#producers.get(lane)
    const known = before?.name === producer ? before.claimsEpoch : claimsEpoch
    const producing = { name: producer, atMs: elapsedMs(), claimsEpoch: known }
    this.#producers.set(lane, producing)
    // These claims know nothing of its earlier turns.
    if (known !== claimsEpoch) ledger.sentInVain(String(id))
    if (!before || before.name === producer) return
    this.#tally.count('producer left for another')
    if (before.claimsEpoch === claimsEpoch && producing.atMs - before.atMs > producerAgeMs)
      this.#tally.count('producer left for its age')
  }
}

function read(text: string): Answer {
  const parsed = parseJson(text)
  return (parsed.ok ? parsed.value : { type: '', payload: {} }) as unknown as Answer
}
