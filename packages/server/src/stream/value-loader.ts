import { BaroError, type Log } from '@baro/core'
import type { Broker, Checkpoint, Delivery, Recover, StreamSource, StreamView } from '@baro/core/broker'
import { type AtPosition, positionAt } from '@baro/core/protocol'
import type { Resolved } from '../channel/registry.ts'
import type { Limits } from '../ports/limits.ts'
import { ChannelValue, type ChannelValueParts } from './channel-value.ts'
import type { RecentPublications } from './recent-publications.ts'
import { isSamePosition } from './same-position.ts'

/** What loading works with. */
export interface ValueLoaderParts extends Omit<ChannelValueParts, 'source'> {
  readonly broker: Pick<Broker, 'readCheckpoint'>
  readonly limits: Pick<Limits, 'catchUpPublications' | 'catchUpBytes' | 'snapshotTimeoutMs'>
  readonly log: Log
  readonly recover: Recover
  /** Learns what was read. */
  readonly recent: RecentPublications
}

/** How a value goes on: the publications that follow it, and the position that they lead to. */
export type Progress = Pick<Delivery, 'publications' | 'position'>

/** How often a state is folded again because something was taken back meanwhile, before whoever waits is told to come again. */
const mostFolds = 5

/** Loads the value of a channel, and reads on from a value that is behind. */
export class ValueLoader {
  readonly #resolved: Resolved
  readonly #source: StreamSource
  readonly #parts: ValueLoaderParts

  constructor(resolved: Resolved, source: StreamSource, parts: ValueLoaderParts) {
    this.#resolved = resolved
    this.#source = source
    this.#parts = parts
  }

  /**
   * Folds the value of the stream up to the head, from the newest checkpoint, or else from the oldest publication.
   *
   * @throws {BaroError} `unavailable`.
   */
  async load(): Promise<ChannelValue> {
    const { broker, log, recent } = this.#parts
    const { definition, channel } = this.#resolved
    const value = new ChannelValue(this.#resolved, { ...this.#parts, source: this.#source })
    const apply = (progress: Progress) => {
      recent.push(value.position, progress)
      value.apply(progress.publications, progress.position)
    }
    const start = (position: AtPosition, kept?: Checkpoint) => {
      recent.begin(position)
      value.start(position, kept)
    }
    const { version } = definition
    let kept = value.isReduced ? await broker.readCheckpoint(channel, version) : undefined
    while (kept) {
      start(kept.position, kept)
      if (await this.readOn(value, apply)) return value
      // It holds what was taken back, and so does every other state that was folded before.
      if (value.isSpoiled) break
      // History may have been rewritten since the checkpoint was read. Then there is another checkpoint.
      const newer = await broker.readCheckpoint(channel, version)
      if (newer && isSamePosition(newer.position, kept.position)) break
      kept = newer
    }
    const { epoch, head, floor } = await this.#source.read({ limit: 0, bytes: 0 })
    if (!value.isReduced) {
      start(positionAt(epoch, head))
      return value
    }
    if (floor > 0)
      log.warn(
        { channel },
        `The channel ${JSON.stringify(channel)} ${value.isSpoiled ? 'took something back that its state cannot lose' : `kept no state of version ${JSON.stringify(definition.version)}`}, and has lost its publications up to offset ${floor}: its state starts from what is left.`,
      )
    for (let folds = 0; folds < mostFolds; folds++) if (await this.#foldAnew(value, apply)) return value
    throw new BaroError('unavailable', `The channel ${JSON.stringify(channel)} changed while it was read. Try again.`)
  }

  /** Folds the value from the oldest publication; false if it holds something that was taken back meanwhile. */
  async #foldAnew(value: ChannelValue, apply: (progress: Progress) => void): Promise<boolean> {
    const { floor, head } = await this.#source.read({ limit: 0, bytes: 0 })
    const oldest = await this.#source.read({ after: floor, limit: 0, bytes: 0 })
    // What is read from here on has a tombstone for each notice up to this head: one step of the broker writes both.
    const position = positionAt(oldest.epoch, oldest.from ?? { offset: floor, check: '' })
    this.#parts.recent.begin(position)
    value.start(position, undefined, head.offset)
    return this.readOn(value, apply)
  }

  /** Applies everything that follows the value up to the head; false if the value is not in the stream's history, or is spoiled. */
  async readOn(value: ChannelValue, apply: (progress: Progress) => void): Promise<boolean> {
    for (;;) {
      if (value.isSpoiled) return false
      const from = value.position
      const view = await this.read(from)
      const found = this.#parts.recover(from, view)
      if (found.outcome === 'reset') return false
      // Deliveries were applied while this read was on its way. History may have been rewritten in between, so the two
      // must not be joined by their offsets alone (I4): the value reads again from its new position.
      if (!isSamePosition(value.position, from)) {
        if (value.position.offset > view.head.offset) return !value.isSpoiled
        continue
      }
      const { to, publications } = found
      if (!isSamePosition(to, from)) apply({ publications, position: to })
      else return true
      if (to.offset >= view.head.offset) return !value.isSpoiled
    }
  }

  /** Reads what follows a position, as much as limits allow at once. */
  read(position: AtPosition): Promise<StreamView> {
    const { catchUpPublications, catchUpBytes } = this.#parts.limits
    return this.#source.read({ after: position.offset, limit: catchUpPublications, bytes: catchUpBytes })
  }
}
