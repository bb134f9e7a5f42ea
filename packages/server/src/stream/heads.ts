/**
 * Where channels stand, for who has no feed of them. A cached page is a reader without a socket: it asks the head when it
 * is served, and holds nothing in between.
 */
import type { Broker, HubClock, NowOrLater, StreamSource } from '@baro/core/broker'
import { type AtPosition, comparePositions, positionAt } from '@baro/core/protocol'
import type { Resolved } from '../channel/registry.ts'

/** So old may be what is answered without asking again (I10). */
const keptMs = 1_000

/** Strangers choose what is asked for. */
const maxKept = 20_000

/** What asking works with. */
export interface HeadsParts {
  readonly broker: Pick<Broker, 'heads'>
  /** The stream of a channel that is not the broker's; `undefined` for all others. */
  readonly viewOf: (resolved: Resolved) => StreamSource | undefined
  readonly clock: Pick<HubClock, 'elapsed' | 'soon'>
}

/** The heads of channels, asked together and kept for a second. */
export class Heads {
  readonly #parts: HeadsParts
  /** In the order in which they were asked, so the oldest come first. */
  readonly #kept = new Map<string, { readonly head: AtPosition; readonly since: number }>()
  readonly #asked = new Map<string, { readonly head: Promise<AtPosition>; readonly since: number }>()
  /** What goes with the next call to the broker. */
  #batch: { readonly names: string[]; readonly heads: Promise<readonly AtPosition[]> } | undefined

  constructor(parts: HeadsParts) {
    this.#parts = parts
  }

  /** How many are kept: none outlives its second for long. */
  get size(): number {
    return this.#kept.size
  }

  /**
   * Where a channel stands, or stood a second ago at most. At once if it is known.
   *
   * @throws {BaroError} `unavailable`, or whatever its stream throws.
   */
  of(resolved: Resolved): NowOrLater<AtPosition> {
    const { channel } = resolved
    const now = this.#parts.clock.elapsed()
    const kept = this.#kept.get(channel)
    if (kept && now - kept.since < keptMs) return kept.head
    // An answer that is long on its way may say where the channel stood when it left.
    const before = this.#asked.get(channel)
    if (before && now - before.since < keptMs) return before.head
    const answered = () => {
      if (this.#asked.get(channel) === asking) this.#asked.delete(channel)
    }
    const head = this.#ask(resolved).then(
      (head) => {
        answered()
        // Dated when it was asked for: the answer may have taken a while.
        this.#keep(channel, head, now)
        return head
      },
      (error) => {
        answered()
        throw error
      },
    )
    const asking = { head, since: now }
    this.#asked.set(channel, asking)
    return head
  }

  /** A channel has come here: what this node publishes, or follows, its pages know at once. */
  moved(channel: string, head: AtPosition): void {
    const kept = this.#kept.get(channel)
    if (kept && comparePositions(head, kept.head) !== 'older') this.#kept.set(channel, { head, since: kept.since })
    // An answer on its way may be from before.
    else if (!kept && this.#asked.has(channel)) this.#keep(channel, head, this.#parts.clock.elapsed())
  }

  #keep(channel: string, head: AtPosition, since: number): void {
    const kept = this.#kept.get(channel)
    const newest = kept && comparePositions(kept.head, head) === 'newer' ? kept.head : head
    this.#kept.delete(channel)
    this.#kept.set(channel, { head: newest, since })
    const now = this.#parts.clock.elapsed()
    for (const [name, old] of this.#kept) {
      if (now - old.since < keptMs && this.#kept.size <= maxKept) break
      this.#kept.delete(name)
    }
  }

  async #ask(resolved: Resolved): Promise<AtPosition> {
    const view = this.#parts.viewOf(resolved)
    if (view?.head) return view.head()
    if (view) {
      const { epoch, head } = await view.read({ limit: 0, bytes: 0 })
      return positionAt(epoch, head)
    }
    return this.#askBroker(resolved.channel)
  }

  /** Everything that is asked for in a turn of the event loop goes to the broker in one call. */
  async #askBroker(channel: string): Promise<AtPosition> {
    const { broker, clock } = this.#parts
    const batch = this.#batch ?? {
      names: [] as string[],
      heads: new Promise<readonly AtPosition[]>((resolve, reject) => {
        clock.soon(() => {
          const names = this.#batch?.names ?? []
          this.#batch = undefined
          broker.heads(names).then(resolve, reject)
        })
      }),
    }
    this.#batch = batch
    const index = batch.names.push(channel) - 1
    const head = (await batch.heads)[index]
    if (!head) throw new Error(`The broker told ${index} heads, and not that of "${channel}".`)
    return head
  }
}
