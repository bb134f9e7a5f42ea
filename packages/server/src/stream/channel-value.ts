import {
  type AtPosition,
  type Checkpoint,
  fold,
  type Json,
  jsonText,
  type Log,
  orThrow,
  type Publication,
  parseJson,
  startOf,
} from '@baro/core'
import type { Resolved } from '../channel/registry.ts'
import type { EncodedSnapshot } from '../delivery/encode/encoded-snapshot.ts'
import type { Counters } from '../observe/counters.ts'
import { describeError } from '../observe/describe-error.ts'
import { stateText } from './state-text.ts'

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
    // What is folded is what the browser will fold: the JSON of it.
    this.#state = this.isReduced
      ? kept
        ? kept.state
        : orThrow(parseJson(jsonText(this.#resolved.definition.state?.initial()) ?? 'null'))
      : undefined
  }

  /** Takes the publication that leads from its position to this one. */
  apply(publication: Publication, position: AtPosition): void {
    this.#position = position
    this.#encoded = undefined
    if (!this.isReduced) return
    const { definition, channel } = this.#resolved
    this.#state = fold(definition, this.#state as Json, publication, ({ type, offset }, error) => {
      this.#parts.counters.skipped++
      this.#parts.log.error(
        `The reducer of ${JSON.stringify(type)} threw at ${JSON.stringify(channel)}, offset ${offset}; the publication is skipped: ${describeError(error)}`,
      )
    })
  }

  /** What to keep, so that trimming history does not touch the state. */
  get checkpoint(): Checkpoint | undefined {
    if (this.#state === undefined) return undefined
    return { position: this.#position, version: this.#resolved.definition.version, state: this.#state }
  }

  /**
   * The value at its position. A loaded one may be read while the stream moves on: its position was read first, so what
   * is published meanwhile comes again after it, and nothing is missed.
   *
   * @throws if a reducer has made what is no JSON.
   */
  snapshot(): EncodedSnapshot | Promise<EncodedSnapshot> {
    if (this.#resolved.handlers.snapshot) {
      this.#loading ??= this.#load(this.#position).finally(() => {
        this.#loading = undefined
      })
      return this.#loading
    }
    this.#encoded ??= {
      position: this.#position,
      valueText: this.#state === undefined ? undefined : this.#textOf(this.#state),
    }
    return this.#encoded
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
