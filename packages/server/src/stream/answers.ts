import type { Clock, Recover, ResetReason, StreamSource, StreamView } from '@baro/core/broker'
import { type AtPosition, formatPosition, type Position, positionAt, type QueriedPosition } from '@baro/core/protocol'
import { Batch } from '../delivery/batch.ts'
import { KeptAnswers } from './kept-answers.ts'
import type { RecentPublications } from './recent-publications.ts'
import { isSamePosition } from './same-position.ts'

/** What follows a position, or the reason for a reset. */
export type Found =
  | { readonly outcome: 'recovered'; readonly batch: Batch }
  | { readonly outcome: 'reset'; readonly reason: ResetReason }

const noPosition: Found = { outcome: 'reset', reason: 'none' }

/** What answering works with. */
export interface AnswersParts {
  readonly channel: string
  readonly clock: Clock
  readonly source: StreamSource
  readonly recover: Recover
  /** What is known without a read. */
  readonly recent: RecentPublications
  /** Reads what follows a position, as much as is read at once. */
  read(position: AtPosition): Promise<StreamView>
  /** Where the feed stands. */
  position(): AtPosition
  /** Brings the feed to the head. */
  catchUp(): Promise<void>
}

/** Answers readers that ask what follows their positions (I2, I4). */
export class Answers {
  readonly #parts: AnswersParts
  readonly #kept: KeptAnswers<Found>
  /** What follows the head: nothing. One batch for all who stand there, and so is what is written of it. */
  #nothing: Batch | undefined

  constructor(parts: AnswersParts) {
    this.#parts = parts
    this.#kept = new KeptAnswers(parts.clock)
  }

  /** The answer, if it needs no read: at the head, and for a reader that gets a reset anyway. */
  known(position: Position | undefined): Found | undefined {
    const head = this.#parts.position()
    if (position?.kind === 'at')
      return isSamePosition(position, head) ? { outcome: 'recovered', batch: this.#nothingAt(head) } : undefined
    if (position?.kind === 'queried' && this.#parts.source.resolve) return undefined
    return this.#decide(position, { epoch: head.epoch, head, floor: 0, publications: [], upTo: head })
  }

  /** The answer. Readers that come back together stand at a handful of positions, so each is read once. */
  async after(position: Position | undefined): Promise<Found> {
    const known = this.known(position)
    if (known || position === undefined || position.kind === 'none') return known ?? noPosition
    return this.#kept.get(formatPosition(position), () =>
      position.kind === 'at' ? this.#find(position) : this.#resolve(position),
    )
  }

  /** The stream has moved on. */
  forget(): void {
    this.#kept.forget()
  }

  async #find(position: AtPosition): Promise<Found> {
    const { recent } = this.#parts
    const head = this.#parts.position()
    const known = recent.after(position, head)
    if (known) {
      const { epoch } = head
      return this.#decide(position, { epoch, head, floor: 0, from: position, publications: known, upTo: head })
    }
    const view = await this.#parts.read(position)
    await this.#keepUpWith(view)
    const found = this.#decide(position, view)
    if (found.outcome === 'recovered') recent.reachBack(position, view, this.#parts.position())
    return found
  }

  async #resolve(position: QueriedPosition): Promise<Found> {
    const { channel, source } = this.#parts
    const view = await source.resolve?.(position)
    if (!view) return { outcome: 'reset', reason: 'queried' }
    await this.#keepUpWith(view)
    const { epoch, upTo, publications } = view
    // It follows what was asked for, in the words of who asked: to the client it is the answer to its own position (I2).
    return { outcome: 'recovered', batch: new Batch(channel, position, positionAt(epoch, upTo), publications) }
  }

  /**
   * The view may be newer than this node was told. Then the node reads on first. A reader must never stand at a position
   * that its feed does not reach, and must not be reset to a life that is over.
   */
  async #keepUpWith({ epoch, head }: StreamView): Promise<void> {
    const position = this.#parts.position()
    const isAhead = epoch !== position.epoch || head.offset > position.offset
    const isRewritten = head.offset === position.offset && head.check !== position.check
    if (isAhead || isRewritten) await this.#parts.catchUp()
  }

  #decide(position: Position | undefined, view: StreamView): Found {
    const recovery = this.#parts.recover(position, view)
    if (recovery.outcome === 'reset') return recovery
    const { from, to, publications } = recovery
    return { outcome: 'recovered', batch: new Batch(this.#parts.channel, from, to, publications) }
  }

  #nothingAt(head: AtPosition): Batch {
    if (this.#nothing?.position !== head) this.#nothing = new Batch(this.#parts.channel, head, head, [])
    return this.#nothing
  }
}
