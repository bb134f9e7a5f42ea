import type { Json, Log, Publication } from '@baro/core'
import type { Checkpoint, Clock, Entry, ProposedCheckpoint, StreamSource } from '@baro/core/broker'
import { type AtPosition, fold, jsonText, orThrow, parseJson, redactedType, startOf } from '@baro/core/protocol'
import { inTime } from '../access/in-time.ts'
import type { Resolved } from '../channel/registry.ts'
import type { EncodedSnapshot } from '../delivery/encode/encoded-snapshot.ts'
import type { Counters } from '../observe/counters.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Observing } from '../observe/observation.ts'
import type { Limits } from '../ports/limits.ts'
import { stateText } from './state-text.ts'

/** The result of folding some publications. */
interface Folded {
  readonly publications: readonly Publication[]
  readonly state: Json
  /** The publications at which a reducer threw. */
  readonly skipped: readonly { readonly publication: Publication; readonly error: unknown }[]
}

/** What a channel value works with. */
export interface ChannelValueParts {
  /** The stream behind it: it may have a snapshot of its own. */
  readonly source: Pick<StreamSource, 'query'>
  readonly clock: Clock
  readonly limits: Pick<Limits, 'snapshotTimeoutMs'>
  readonly counters: Counters
  readonly observing: Observing
  readonly log: Log
}

/**
 * The value that a snapshot of a channel shows, in one life of the stream: the state folded from its publications up to
 * a position, or the value that a snapshot source loads.
 */
export class ChannelValue {
  readonly #resolved: Resolved
  readonly #parts: ChannelValueParts
  #position: AtPosition = startOf('')
  #state: Json | undefined
  #encoded: EncodedSnapshot | undefined
  #loading: Promise<EncodedSnapshot> | undefined
  #proposed: Folded | undefined
  /** Whether the broker keeps a checkpoint of this version, and how many publications were folded after it. */
  #isKept = false
  #unkept = 0
  /** The state was folded from a history in which everything taken back up to this offset was gone already. */
  #cleanUpTo = 0
  #isSpoiled = false

  constructor(resolved: Resolved, parts: ChannelValueParts) {
    this.#resolved = resolved
    this.#parts = parts
  }

  get position(): AtPosition {
    return this.#position
  }

  /** Whether the value is folded here. Otherwise it is loaded, or the channel has none. */
  get isReduced(): boolean {
    return this.#resolved.definition.state !== undefined && !this.#isLoaded
  }

  /** Whether each snapshot is loaded anew: from wherever the application says, or from a database. */
  get #isLoaded(): boolean {
    // What is polled is published, and folded from there.
    const { snapshot } = this.#resolved.handlers
    return (snapshot !== undefined && snapshot.kind !== 'polled') || this.#parts.source.query !== undefined
  }

  /**
   * Whether the state holds something that was taken back, and cannot lose it: it must be folded again from history, and
   * nobody may see it.
   */
  get isSpoiled(): boolean {
    return this.#isSpoiled
  }

  /**
   * Starts at a position, with the state of the checkpoint there, or with the initial state.
   *
   * @param cleanUpTo Everything that was taken back up to this offset is not in the history that comes next.
   */
  start(position: AtPosition, kept?: Checkpoint, cleanUpTo = 0): void {
    this.#position = position
    this.#cleanUpTo = cleanUpTo
    this.#isSpoiled = false
    this.#encoded = undefined
    this.#isKept = kept !== undefined
    this.#unkept = 0
    // The initial state goes through JSON, because the browser folds onto its JSON too.
    this.#state = this.isReduced
      ? kept
        ? kept.state
        : orThrow(parseJson(jsonText(this.#resolved.definition.state?.initial()) ?? 'null'))
      : undefined
  }

  /** Folds the publications that lead from its position to this one. */
  apply(publications: readonly Publication[], position: AtPosition): void {
    const proposed = this.#proposed
    this.#proposed = undefined
    this.#encoded = undefined
    if (this.isReduced)
      this.#take(proposed && this.#isOf(proposed, publications) ? proposed : this.#foldOnto(publications))
    this.#position = position
    // The state that is kept holds what was taken back until this one takes its place. The node that did it may be gone.
    this.#unkept += publications.some(isNotice) ? Number.POSITIVE_INFINITY : publications.length
  }

  /**
   * The state that these entries lead to if they come next. The result is remembered, so that the publications of the
   * append are not folded again.
   */
  propose(entries: readonly Entry[]): ProposedCheckpoint | undefined {
    if (!this.isReduced || this.#isSpoiled) return undefined
    const { offset: start } = this.#position
    const publications = entries.map((entry, index) => ({ ...entry, offset: start + index + 1 }))
    const proposed = this.#foldOnto(publications)
    // Kept, it would pass for a state that has lost what was taken back.
    if (proposed.skipped.some(({ publication }) => isNotice(publication))) return undefined
    this.#proposed = proposed
    return {
      follows: this.#position,
      offset: start + entries.length,
      version: this.#resolved.definition.version,
      state: proposed.state,
    }
  }

  /** The state at its position, as the broker keeps it; `undefined` if the channel has no folded state. */
  get checkpoint(): Checkpoint | undefined {
    if (this.#state === undefined || this.#isSpoiled) return undefined
    return { position: this.#position, version: this.#resolved.definition.version, state: this.#state }
  }

  /**
   * Whether the next node that opens the channel would have to fold much, as far as this node knows. Without a
   * checkpoint one publication is much: the history that another node would fold from may be trimmed by then.
   */
  get isFarFromKept(): boolean {
    if (!this.isReduced) return false
    return this.#unkept > (this.#isKept ? this.#resolved.definition.history.size / 2 : 0)
  }

  /** Takes note that the broker keeps the state at its position. */
  keptHere(): void {
    this.#isKept = true
    this.#unkept = 0
  }

  #foldOnto(publications: readonly Publication[]): Folded {
    const skipped: Folded['skipped'][number][] = []
    const state = publications.reduce(
      (before, publication) =>
        fold(this.#resolved.definition, before, publication, (_, error) => skipped.push({ publication, error })),
      this.#state as Json,
    )
    return { publications, state, skipped }
  }

  #isOf({ publications }: Folded, others: readonly Publication[]): boolean {
    return (
      publications.length === others.length &&
      publications.every((one, index) => {
        const other = others[index]
        // The payload is the same object only if it did not travel. Otherwise the publications are folded again.
        return other && one.offset === other.offset && one.id === other.id && one.payload === other.payload
      })
    )
  }

  #take({ state, skipped }: Folded): void {
    this.#state = state
    for (const { publication, error } of skipped) {
      const { type, offset } = publication
      if (isNotice(publication) && offset > this.#cleanUpTo) this.#isSpoiled = true
      if (error === undefined) continue
      this.#parts.counters.skipped++
      this.#parts.observing.skipped?.({ channel: this.#resolved.channel, offset, type })
      this.#parts.log.error(
        { channel: this.#resolved.channel, code: 'reducer-failed' },
        `The reducer of ${JSON.stringify(type)} threw at ${JSON.stringify(this.#resolved.channel)}, offset ${offset}; the publication is skipped: ${describeError(error)}`,
      )
    }
  }

  /**
   * The value at its position; `undefined` if it must be loaded.
   *
   * @throws {TypeError} if a reducer made a value that JSON cannot hold.
   */
  get snapshot(): EncodedSnapshot | undefined {
    if (this.#isLoaded || this.#isSpoiled) return undefined
    this.#encoded ??= {
      position: this.#position,
      valueText: this.#state === undefined ? undefined : this.#textOf(this.#state),
    }
    return this.#encoded
  }

  /**
   * The value at a position, loaded if necessary. The stream may move on while it loads. Its position was read first,
   * so what is published meanwhile follows it again, and nothing is missed (I2).
   *
   * @throws whatever the application's `load` throws, or as {@link snapshot}; `unavailable` if it does not answer in time. One
   *   that never answers must not hold up the channel for ever: all who ask share it.
   */
  async loadSnapshot(): Promise<EncodedSnapshot> {
    const { snapshot } = this
    if (snapshot) return snapshot
    const { clock, limits } = this.#parts
    const what = `The snapshot of "${this.#resolved.channel}"`
    this.#loading ??= inTime(clock, limits.snapshotTimeoutMs, this.#load(this.#position), what).finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  async #load(position: AtPosition): Promise<EncodedSnapshot> {
    const { channel, params, handlers } = this.#resolved
    const { source } = this.#parts
    if (source.query) {
      const queried = await source.query()
      return { position: queried.position, valueText: this.#textOf(queried.value) }
    }
    const { snapshot } = handlers
    const loaded = snapshot?.kind === 'loaded' ? await snapshot.load({ channel, params }) : undefined
    return { position, valueText: this.#textOf(loaded) }
  }

  #textOf(value: unknown): string | undefined {
    return stateText(value, () =>
      this.#parts.log.error(
        { channel: this.#resolved.channel },
        `The state of ${JSON.stringify(this.#resolved.channel)} has a key "baro:bytes", which stands for bytes; it is left out. Do not make keys of what clients send.`,
      ),
    )
  }
}

function isNotice({ type }: Publication): boolean {
  return type === redactedType
}
