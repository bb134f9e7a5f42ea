/**
 * Takes a publication back: the broker puts a tombstone in its place and a notice at the head in one step, the state loses
 * it, and pages that show the channel are rendered anew.
 */
import { BaroError, type Json, type Publication } from '@baro/core'
import type { Broker, Clock, Randomness } from '@baro/core/broker'
import { checkOf, createId, formatPosition, quote, redactedType, tombstoneType } from '@baro/core/protocol'
import type { Resolved } from '../channel/registry.ts'
import type { Observing } from '../observe/observation.ts'
import type { Feeds } from '../stream/feeds.ts'
import type { Heads } from '../stream/heads.ts'
import type { Appender } from './appender.ts'
import { reasonOf } from './reason.ts'

/** What taking back works with. */
export interface RedactorParts {
  readonly broker: Pick<Broker, 'read' | 'redact'>
  readonly appender: Pick<Appender, 'append'>
  readonly feeds: Feeds
  readonly heads: Pick<Heads, 'moved'>
  readonly clock: Pick<Clock, 'now'>
  readonly randomness: Randomness
  readonly observing: Observing
  /** The audit channel of a moderated channel. */
  auditOf(resolved: Resolved): Resolved
  /** What shows the channel is stale from now on, on all nodes. */
  stale(channel: string): Promise<void>
}

/** Why, and by whom, something is taken back. */
export interface Redacting {
  /** Why, for everybody to read: at most 200 characters. Default: no reason is given. */
  readonly reason?: string | undefined
  /** The user who does it. */
  readonly by?: string | undefined
}

/** What taking back came to. */
export type Redacted =
  | {
      /**
       * - `redacted`: it is gone from history, from the state, and from every reader that has come to `position`.
       * - `trimmed`: history had no such publication any more, and may have had it. The state has lost it.
       */
      readonly outcome: 'redacted' | 'trimmed'
      /** The id of what was taken back. */
      readonly id: string
      /** The position after the notice. */
      readonly position: string
    }
  /** It was taken back before: nothing is published. */
  | { readonly outcome: 'redacted-before'; readonly id: string }
  /** The channel has never had it, or nobody can say what it was: nothing is published. */
  | { readonly outcome: 'unknown' }

/** Publications that are read at once while one is looked for by its id: most often it is among the newest. */
const [readFirst, readAtOnce] = [20, 500]
const bytesAtOnce = 1 << 20

export class Redactor {
  readonly #parts: RedactorParts

  constructor(parts: RedactorParts) {
    this.#parts = parts
  }

  /**
   * Takes a publication back.
   *
   * @param what Its id, or its offset.
   * @throws {BaroError} `bad-definition` if the channel is not `moderated`, `invalid-payload` if the reason is none,
   * `bad-id`, or `unavailable`.
   */
  async redact(resolved: Resolved, what: string | number, { reason, by }: Redacting = {}): Promise<Redacted> {
    const { channel, definition } = resolved
    if (!definition.moderated)
      throw new BaroError(
        'bad-definition',
        `Nothing can be taken back in "${channel}": caches keep parts of it for ever. Define it with "moderated: true".`,
      )
    if (!(typeof what === 'string' ? what !== '' : Number.isSafeInteger(what) && what > 0))
      throw new BaroError(
        'bad-id',
        `${quote(what)} is no publication. Give its id, or its offset, which counts from 1.`,
      )
    const because = reasonOf(reason)
    const found = await this.#find(channel, what)
    if (found.publication?.type === tombstoneType) {
      // The node that took it back may have died before it was done.
      await this.#settle(resolved)
      return { outcome: 'redacted-before', id: found.publication.id }
    }
    const { publication } = found
    if (publication?.type.startsWith('baro:')) return { outcome: 'unknown' }
    if (publication) {
      const { id, offset } = publication
      await this.#list(resolved, { id, offset, ...because }, by)
      const entry = this.#notice({ id, offset, ...because }, by)
      const tombstone = { type: tombstoneType, payload: { ...because } }
      const place = { offset, check: checkOf(id) }
      const delivery = await this.#parts.broker.redact(channel, place, tombstone, entry, definition.history)
      if (delivery) {
        const { position } = delivery
        this.#parts.heads.moved(channel, position)
        this.#parts.observing.published?.({
          ...{ channel, offset: position.offset, publications: 1, id: entry.id, type: entry.type, by },
        })
        await this.#settle(resolved)
        return { outcome: 'redacted', id, position: formatPosition(position) }
      }
    }
    // It was trimmed, or the store lost it, now or before. The state and the readers may have it all the same; only its id says which it was.
    const id = publication?.id ?? (typeof what === 'string' ? what : undefined)
    if (id === undefined || !definition.state || !(publication || found.isTrimmed)) return { outcome: 'unknown' }
    await this.#list(resolved, { id, ...because }, by)
    const { payload, ...entry } = this.#notice({ id, ...because }, by)
    const { position } = await this.#parts.appender.append(resolved, { ...entry, payload })
    await this.#settle(resolved)
    return { outcome: 'trimmed', id, position }
  }

  /** The publication; otherwise whether history is shorter than the channel, so that it may have been there. */
  async #find(
    channel: string,
    what: string | number,
  ): Promise<{ readonly publication?: Publication | undefined; readonly isTrimmed: boolean }> {
    const { broker } = this.#parts
    if (typeof what === 'number') {
      const view = await broker.read(channel, { until: what, limit: 1, bytes: bytesAtOnce })
      const publication = view.publications.find(({ offset }) => offset === what)
      return { publication, isTrimmed: what <= view.floor }
    }
    let until: number | undefined
    for (;;) {
      const range =
        until === undefined
          ? { limit: readFirst, bytes: bytesAtOnce }
          : { limit: readAtOnce, bytes: bytesAtOnce, until }
      const view = await broker.read(channel, range)
      const publication = view.publications.find(({ id }) => id === what)
      const [oldest] = view.publications
      if (publication || !oldest || oldest.offset - 1 <= view.floor) return { publication, isTrimmed: view.floor > 0 }
      until = oldest.offset - 1
    }
  }

  /** Before it is done, so that nothing is done that is not listed. */
  async #list(resolved: Resolved, payload: Json, by: string | undefined): Promise<void> {
    const { appender, auditOf, randomness } = this.#parts
    await appender.append(auditOf(resolved), { type: 'redact', payload, id: createId(randomness), by })
  }

  #notice(payload: { readonly [name: string]: Json }, by: string | undefined) {
    const { clock, randomness } = this.#parts
    const entry = { type: redactedType, payload, id: createId(randomness), time: clock.now() }
    return by === undefined ? entry : { ...entry, by }
  }

  /** Waits until no state that is kept, and no page, holds what was taken back. */
  async #settle(resolved: Resolved): Promise<void> {
    if (resolved.definition.state) await this.#parts.feeds.using(resolved, (feed) => feed.keepState())
    await this.#parts.stale(resolved.channel)
  }
}
