import {
  type AtPosition,
  type Checkpoint,
  type Entry,
  fold,
  type Json,
  jsonText,
  type Log,
  orThrow,
  type ProposedCheckpoint,
  type Publication,
  parseJson,
  startOf,
} from '@baro/core'
import type { Resolved } from '../channel/registry.ts'
import type { EncodedSnapshot } from '../delivery/encode/encoded-snapshot.ts'
import type { Counters } from '../observe/counters.ts'
import { describeError } from '../observe/describe-error.ts'
import { stateText } from './state-text.ts'

/** What folding some publications came to. */
interface Folded {
  readonly publications: readonly Publication[]
  readonly state: Json
  /** Whose reducers threw. */
  readonly skipped: readonly { readonly publication: Publication; readonly error: unknown }[]
}

/** What the value needs of its hub. */
export interface ChannelValueParts {
  readonly counters: Counters
  readonly log: Log
}

/**
 * What a snapshot of a channel shows, in one life of the stream: the state folded from its publications up to a
 * position, or whatever its source loads.
 */
export class ChannelValue {
  readonly #resolved: Resolved
  readonly #parts: ChannelValueParts
  #position: AtPosition = startOf('')
  #state: Json | undefined
  #encoded: EncodedSnapshot | undefined
  #loading: Promise<EncodedSnapshot> | undefined
  #proposed: Folded | undefined
  /** Whether there is a checkpoint of its version, and how many publications it has taken since. */
  #isKept = false
  #unkept = 0

  constructor(resolved: Resolved, parts: ChannelValueParts) {
    this.#resolved = resolved
    this.#parts = parts
  }

  get position(): AtPosition {
    return this.#position
  }

  /** Whether the value is folded here, rather than loaded or not there at all. */
  get isReduced(): boolean {
    return this.#resolved.definition.state !== undefined && this.#resolved.handlers.snapshot === undefined
  }

  /** Starts at a position, from the state kept there, or from the initial one. */
  start(position: AtPosition, kept?: Checkpoint): void {
    this.#position = position
    this.#isKept = kept !== undefined
    this.#unkept = 0
    // What is folded is what the browser will fold: the JSON of it.
    this.#state = this.isReduced
      ? kept
        ? kept.state
        : orThrow(parseJson(jsonText(this.#resolved.definition.state?.initial()) ?? 'null'))
      : undefined
  }

  /** Takes the publications that lead from its position to this one. */
  apply(publications: readonly Publication[], position: AtPosition): void {
    const proposed = this.#proposed
    this.#proposed = undefined
    this.#encoded = undefined
    if (this.isReduced)
      this.#take(proposed && this.#isOf(proposed, publications) ? proposed : this.#foldOnto(publications))
    this.#position = position
    this.#unkept += publications.length
  }

  /**
   * The state that these entries would lead to if they came next. It is kept for that case: what is folded before an
   * append is not folded again after it.
   */
  propose(entries: readonly Entry[]): ProposedCheckpoint | undefined {
    if (!this.isReduced) return undefined
    const { offset: start } = this.#position
    const publications = entries.map((entry, index) => ({ ...entry, offset: start + index + 1 }))
    this.#proposed = this.#foldOnto(publications)
    return {
      follows: this.#position,
      offset: start + entries.length,
      version: this.#resolved.definition.version,
      state: this.#proposed.state,
    }
  }

  /** The state at its position, to be kept so that trimming history does not touch it. */
  get checkpoint(): Checkpoint | undefined {
    if (this.#state === undefined) return undefined
    return { position: this.#position, version: this.#resolved.definition.version, state: this.#state }
  }

  /**
   * Whether whoever opens the channel next would have to fold much, as far as is known here. A value that began without a
   * checkpoint is far from one at once: what another node would begin from may be trimmed by then.
   */
  get isFarFromKept(): boolean {
    if (!this.isReduced) return false
    return this.#unkept > (this.#isKept ? this.#resolved.definition.history.size / 2 : 0)
  }

  /** Its state is kept. */
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
        // The payload is the same object where nothing has travelled; elsewhere it is folded again.
        return other && one.offset === other.offset && one.id === other.id && one.payload === other.payload
      })
    )
  }

  #take({ state, skipped }: Folded): void {
    this.#state = state
    for (const { publication, error } of skipped) {
      const { type, offset } = publication
      this.#parts.counters.skipped++
      this.#parts.log.error(
        `The reducer of ${JSON.stringify(type)} threw at ${JSON.stringify(this.#resolved.channel)}, offset ${offset}; the publication is skipped: ${describeError(error)}`,
      )
    }
  }

  /**
   * The value at its position, where nothing has to be loaded for it.
   *
   * @throws if a reducer has made what is no JSON.
   */
  get snapshot(): EncodedSnapshot | undefined {
    if (this.#resolved.handlers.snapshot) return undefined
    this.#encoded ??= {
      position: this.#position,
      valueText: this.#state === undefined ? undefined : this.#textOf(this.#state),
    }
    return this.#encoded
  }

  /**
   * The value at a position, loaded if need be. It may be read while the stream moves on: its position was read first, so
   * what is published meanwhile comes again after it, and nothing is missed.
   *
   * @throws whatever the application's `load` throws, or as {@link snapshot}.
   */
  async loadSnapshot(): Promise<EncodedSnapshot> {
    const { snapshot } = this
    if (snapshot) return snapshot
    this.#loading ??= this.#load(this.#position).finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  async #load(position: AtPosition): Promise<EncodedSnapshot> {
    const { channel, params, handlers } = this.#resolved
    const value = await handlers.snapshot?.load({ channel, params })
    return { position, valueText: this.#textOf(value) }
  }

  #textOf(value: unknown): string | undefined {
    return stateText(value, () =>
      this.#parts.log.error(
        `The state of ${JSON.stringify(this.#resolved.channel)} has a key "baro:bytes", which stands for bytes; it is left out. Do not make keys of what clients send.`,
      ),
    )
  }
}
