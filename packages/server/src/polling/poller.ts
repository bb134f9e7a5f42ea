/**
 * Polls the foreign data of one channel, for as long as somebody wants it, and publishes what has changed. Of all nodes
 * one polls: the others ask again for the lead when its lease ends.
 *
 *   wanted ──▶ lead? ──yes──▶ poll ──▶ news? ──▶ append, with the cursor of the lead ──▶ wait for the interval ─┐
 *     ▲          └─no──▶ wait for the leader's lease ─┐                                                         │
 *     └───────────────────────── still wanted ────────┴─────────────────────────────────────────────────────────┘
 */
import type { Json, Log } from '@baro/core'
import type { Broker, Cancel, Clock, Randomness } from '@baro/core/broker'
import { createId, quote } from '@baro/core/protocol'
import { inTime } from '../access/in-time.ts'
import { polledType, type Resolved } from '../channel/registry.ts'
import type { PolledSnapshot } from '../channel/snapshot-source.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Appender } from '../publish/appender.ts'
import { isSameJson } from '../publish/same-json.ts'

/** What polling works with. */
export interface PollingParts {
  readonly broker: Pick<Broker, 'heads' | 'read' | 'follow' | 'leadership'>
  readonly appender: Pick<Appender, 'validate' | 'appendFed'>
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  /** The name of this node, for the lead. */
  readonly node: string
}

/** A channel that is asked for at least once in this time is polled. */
const wantedForMs = 60_000
/** What a poll that fails waits at most, in intervals. */
const longestWait = 8
/** For what a leader does beside polling, and for a broker that is slow. */
const spareMs = 10_000
/** Among so many publications the last polled one is looked for. */
const lookBack = 100

export class Poller {
  readonly #resolved: Resolved
  readonly #source: PolledSnapshot<never, unknown>
  readonly #type: string
  readonly #parts: PollingParts
  readonly #over: () => void
  #followers = 0
  #askedAt: number
  #failures = 0
  /** The cursor that an append of this node met, which was not smaller than its own. */
  #above = 0
  /** What this node has found out last, while it leads. */
  #told: Json | undefined
  #isOver = false
  #aborting: AbortController | undefined
  #endWait: () => void = () => {}
  #isFirst = true
  #firstOver: () => void = () => {}

  /** Settles when the first round is over, whatever came of it: then the channel shows what is known. */
  readonly first: Promise<void>

  /** @param over Is called when nobody wants the data any more. */
  constructor(resolved: Resolved, source: PolledSnapshot<never, unknown>, parts: PollingParts, over: () => void) {
    this.#resolved = resolved
    this.#source = source
    this.#type = polledType(resolved.definition, source)
    this.#parts = parts
    this.#over = over
    this.#askedAt = parts.clock.elapsed()
    this.first = new Promise((resolve) => {
      this.#firstOver = resolve
    })
    void this.#run()
  }

  get isFollowed(): boolean {
    return this.#followers > 0
  }

  /** When it was asked for last. */
  get askedAt(): number {
    return this.#askedAt
  }

  /** Somebody has asked for the channel. */
  asked(): void {
    this.#askedAt = this.#parts.clock.elapsed()
  }

  /** Somebody follows the channel, until the returned function is called. */
  followed(): () => void {
    this.#followers++
    let isGone = false
    return () => {
      if (isGone) return
      isGone = true
      this.#followers--
      this.asked()
    }
  }

  /** Ends at once; another node may lead. */
  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#aborting?.abort()
    this.#endWait()
    this.#firstOver()
    this.#over()
  }

  async #run(): Promise<void> {
    const { leadership } = this.#parts.broker
    while (this.#isWanted()) {
      const waitMs = await this.#round()
      this.#isFirst = false
      this.#firstOver()
      if (!this.#isOver) await this.#wait(waitMs)
    }
    this.stop()
    try {
      await leadership.resign(this.#resolved.channel, this.#parts.node)
    } catch {
      // Its lease ends by itself.
    }
  }

  #isWanted(): boolean {
    if (this.#isOver) return false
    const unaskedMs = this.#parts.clock.elapsed() - this.#askedAt
    return this.isFollowed || unaskedMs < Math.max(wantedForMs, 2 * this.#source.everyMs)
  }

  /** One round; returns how long to wait for the next. */
  async #round(): Promise<number> {
    const { channel } = this.#resolved
    const { clock, broker, log } = this.#parts
    const { everyMs } = this.#source
    const began = clock.elapsed()
    try {
      const leaseMs = this.#waitAfter(this.#failures + 1) + this.#source.timeoutMs + spareMs
      const lead = await broker.leadership.lead(channel, this.#parts.node, { leaseMs, above: this.#above })
      if (!lead.leads) {
        this.#told = undefined
        // Who leads may stop before its time, and may be of a build that asked less often: its lease says nothing of either.
        return Math.min(lead.leftMs, everyMs / 2)
      }
      const found = await this.#parts.appender.validate(this.#resolved, this.#type, await this.#poll())
      if (!this.#isOver && (await this.#isNews(found))) await this.#publish(found, lead.cursor)
      this.#told = found
      if (this.#failures > 0) log.warn({ channel }, `The poll of ${quote(channel)} works again.`)
      this.#failures = 0
      return everyMs - (clock.elapsed() - began)
    } catch (error) {
      if (this.#isOver) return 0
      const waitMs = this.#waitAfter(++this.#failures)
      // Once for an outage, not for each poll in it.
      if (this.#failures === 1)
        log.error(
          { channel },
          `The poll of ${quote(channel)} failed, so it shows what it did before; the next is in ${waitMs} ms: ${describeError(error)}`,
        )
      return waitMs
    }
  }

  #waitAfter(failures: number): number {
    return this.#source.everyMs * Math.min(2 ** failures, longestWait)
  }

  #poll(): Promise<unknown> {
    const { channel, params } = this.#resolved
    const { timeoutMs } = this.#source
    const aborting = new AbortController()
    this.#aborting = aborting
    const context = { channel, params: params as never, signal: aborting.signal }
    const polling = Promise.resolve(context).then((given) => this.#source.poll(given))
    return inTime(this.#parts.clock, timeoutMs, polling, `The poll of ${quote(channel)}`).finally(() =>
      aborting.abort(),
    )
  }

  /** The channel may hold what another node has found, before or after a restart. */
  async #isNews(found: Json): Promise<boolean> {
    const { publications } = await this.#parts.broker.read(this.#resolved.channel, { limit: lookBack, bytes: 0 })
    const newest = publications.findLast(({ type }) => type === this.#type)
    const known = newest ? newest.payload : this.#told
    return known === undefined || !isSameJson(known, found)
  }

  async #publish(payload: Json, cursor: number): Promise<void> {
    const draft = { type: this.#type, payload, id: createId(this.#parts.randomness) }
    const isOpening = this.#isFirst
    const appended = await this.#parts.appender.appendFed(this.#resolved, [draft], cursor, { isOpening })
    // Another node leads, and has told what is newer.
    if (appended.outcome === 'fed-already') this.#above = appended.cursor
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel: Cancel = this.#parts.clock.after(Math.max(1, ms), resolve)
      this.#endWait = () => {
        cancel()
        resolve()
      }
    })
  }
}
