import { parseJson } from '@baro/core'
import type { Direction, NetworkLink } from '../network.ts'
import type { Ledger } from './ledger.ts'
import type { Tally, TallyName } from './tally.ts'

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
    readonly publications?: readonly unknown[]
  }
}

/** Reads along on the wire: which paths the code under test took, and what was sent when. */
export class WireWatch {
  readonly #tally: Tally
  readonly #ledger: Ledger
  readonly #claimsEpoch: () => string
  readonly #answered = new WeakMap<NetworkLink, Map<string, number>>()
  /** The life of the claims that each link leads to. */
  readonly #claims = new WeakMap<NetworkLink, string | undefined>()
  /** The longest message so far, in characters, which here are bytes. */
  longest = 0

  constructor(tally: Tally, ledger: Ledger, claimsEpoch: () => string) {
    this.#tally = tally
    this.#ledger = ledger
    this.#claimsEpoch = claimsEpoch
  }

  sent(link: NetworkLink, direction: Direction, text: string): void {
    if (direction === 'to-hub') {
      if (text.startsWith('{"type":"baro:publish"'))
        this.#ledger.sent(String(read(text).payload.id), this.#claims.get(link) !== this.#claimsEpoch())
      return
    }
    this.longest = Math.max(this.longest, text.length)
    // Most messages are deliveries, and tell nothing that is counted.
    if (text.startsWith('{"type":"baro:publications"')) return
    const { type, payload } = read(text)
    if (type === 'baro:connected') {
      this.#tally.count('connected')
      this.#claims.set(link, payload.claimsEpoch)
    } else if (type === 'baro:recovered')
      this.#tally.count(
        payload.publications?.length ? 'recovered with publications' : 'recovered with nothing to catch up',
      )
    else if (type === 'baro:error' && payload.code === 'in-progress') this.#tally.count('publish in progress elsewhere')
    else if (type === 'baro:reset') {
      this.#tally.count(resetTallies.get(String(payload.reason)) ?? 'reset: none')
      if (this.#answered.get(link)?.get(String(payload.channel)) === payload.attempt)
        this.#tally.count('live reader reset')
    }
    if (payload.channel !== undefined && payload.attempt !== undefined) {
      const answered = this.#answered.get(link) ?? new Map<string, number>()
      this.#answered.set(link, answered.set(payload.channel, payload.attempt))
    }
  }
}

function read(text: string): Answer {
  const parsed = parseJson(text)
  return (parsed.ok ? parsed.value : { type: '', payload: {} }) as unknown as Answer
}
