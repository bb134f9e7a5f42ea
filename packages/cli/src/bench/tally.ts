/**
 * What a bench has seen, and what it comes to. It is told, and decides nothing else. Times are elapsed milliseconds of one
 * clock, because publisher and followers are in one process.
 */
import type { Rung } from '../hub/rung-transport.ts'

/** How the middle and the slowest hundredth did, in milliseconds. */
export interface Quantiles {
  readonly p50: number
  readonly p99: number
}

/** What the clients of one rung have seen. */
export interface RungResult {
  readonly rung: Rung
  readonly clients: number
  /** Those that were let in, and follow the channel if there is one. */
  readonly open: number
  /** Those whose link broke afterwards. */
  readonly cut: number
  /** From the first byte to the hub's greeting; absent if nobody was let in. */
  readonly connectMs?: Quantiles
  /** Publications that arrived, whoever published them. */
  readonly deliveries: number
  /** Of its own publications, from before the publish to the arrival; absent if none arrived. */
  readonly deliveryMs?: Quantiles
  /** Publications of its own that a client which was there all the time has not got. */
  readonly missing: number
}

/** What came of all. */
export interface BenchResult {
  readonly rungs: readonly RungResult[]
  readonly deliveries: number
  readonly deliveriesPerSecond: number
  /** Publishes that were sent, and those whose publication is in the channel. */
  readonly published: number
  readonly accepted: number
  /** What the hub refused, by code: how often, and its last words. */
  readonly refusals: readonly { readonly code: string; readonly times: number; readonly message: string }[]
}

/** One client, as it is counted. */
interface Counted {
  readonly rung: Rung
  connectMs?: number
  isOpen: boolean
  isCut: boolean
  /** A snapshot has taken the place of publications: which ones, it does not say. */
  wasReset: boolean
  deliveries: number
  readonly arrivedMs: Map<string, number>
}

export class Tally {
  readonly #clients: Counted[] = []
  readonly #sentMs = new Map<string, number>()
  readonly #accepted = new Set<string>()
  readonly #answered = new Set<string>()
  readonly #refusals = new Map<string, { times: number; message: string }>()

  /** Another client; returns its number. */
  add(rung: Rung): number {
    return (
      this.#clients.push({
        rung,
        isOpen: false,
        isCut: false,
        wasReset: false,
        deliveries: 0,
        arrivedMs: new Map(),
      }) - 1
    )
  }

  connected(client: number, ms: number): void {
    this.#client(client).connectMs = ms
  }

  opened(client: number): void {
    this.#client(client).isOpen = true
  }

  cut(client: number): void {
    this.#client(client).isCut = true
  }

  reset(client: number): void {
    this.#client(client).wasReset = true
  }

  arrived(client: number, id: string, atMs: number): void {
    const counted = this.#client(client)
    counted.deliveries++
    if (this.#sentMs.has(id)) counted.arrivedMs.set(id, atMs)
  }

  sent(id: string, atMs: number): void {
    this.#sentMs.set(id, atMs)
  }

  /** The hub has answered a publish. Without a position its handler published nothing under the id. */
  answered(id: string, hasPosition: boolean): void {
    this.#answered.add(id)
    if (hasPosition) this.#accepted.add(id)
  }

  refused(code: string, message: string, id?: string): void {
    const times = (this.#refusals.get(code)?.times ?? 0) + 1
    this.#refusals.set(code, { times, message })
    if (id !== undefined) this.#answered.add(id)
  }

  /** Whether every publish is answered, and every publication is where it has to be. */
  get isSettled(): boolean {
    return this.#answered.size >= this.#sentMs.size && this.#clients.every((client) => this.#missing(client) === 0)
  }

  /** @param ms How long it listened. */
  result(ms: number): BenchResult {
    const rungs = [...new Set(this.#clients.map(({ rung }) => rung))].map((rung) => this.#rungResult(rung))
    const deliveries = sum(rungs.map((rung) => rung.deliveries))
    return {
      rungs,
      deliveries,
      deliveriesPerSecond: ms > 0 ? Math.round((deliveries * 10_000) / ms) / 10 : 0,
      published: this.#sentMs.size,
      accepted: this.#accepted.size,
      refusals: [...this.#refusals].map(([code, refusal]) => ({ code, ...refusal })),
    }
  }

  #rungResult(rung: Rung): RungResult {
    const clients = this.#clients.filter((client) => client.rung === rung)
    const connectMs = quantiles(clients.flatMap(({ connectMs = [] }) => connectMs))
    const deliveryMs = quantiles(
      clients.flatMap(({ arrivedMs }) => [...arrivedMs].map(([id, atMs]) => atMs - (this.#sentMs.get(id) ?? atMs))),
    )
    return {
      rung,
      clients: clients.length,
      open: clients.filter(({ isOpen }) => isOpen).length,
      cut: clients.filter(({ isCut }) => isCut).length,
      ...(connectMs && { connectMs }),
      deliveries: sum(clients.map(({ deliveries }) => deliveries)),
      ...(deliveryMs && { deliveryMs }),
      missing: sum(clients.map((client) => this.#missing(client))),
    }
  }

  #missing({ isOpen, isCut, wasReset, arrivedMs }: Counted): number {
    if (!isOpen || isCut || wasReset) return 0
    return [...this.#accepted].filter((id) => !arrivedMs.has(id)).length
  }

  #client(index: number): Counted {
    const client = this.#clients[index]
    if (!client) throw new RangeError(`There is no client ${index}.`)
    return client
  }
}

/** The nearest ranks. */
export function quantiles(values: readonly number[]): Quantiles | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
  const [p50, p99] = [at(0.5), at(0.99)]
  return p50 === undefined || p99 === undefined ? undefined : { p50: rounded(p50), p99: rounded(p99) }
}

const rounded = (ms: number) => Math.round(ms * 100) / 100

const sum = (numbers: readonly number[]) => numbers.reduce((all, one) => all + one, 0)
