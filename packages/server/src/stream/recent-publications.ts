import type { Publication } from '@baro/core'
import type { Cancel, Clock, Delivery, HistoryBounds, StreamView } from '@baro/core/broker'
import { type AtPosition, checkOf, redactedType } from '@baro/core/protocol'
import { footprintOf } from '../memory-broker/footprint.ts'
import type { Limits } from '../ports/limits.ts'
import { isSamePosition } from './same-position.ts'

/**
 * For how long nobody has to ask before it is let go: it may hold hundreds of publications. Clients come back within a backoff of some seconds, and
 * one that comes after it was let go costs a read.
 */
const unaskedMs = 5_000

/**
 * The newest publications of a stream, from some position on: what a feed has read, and what came after it. The readers of a node that is gone
 * come for seconds, while the stream moves on; from here they are answered without a read for each step of it.
 */
export class RecentPublications {
  readonly #clock: Clock
  readonly #most: { readonly publications: number; readonly bytes: number }
  #from: AtPosition | undefined
  /** Where what is in it leads to. */
  #to: AtPosition | undefined
  #publications: Publication[] = []
  #bytes = 0
  #wasAsked = false
  #check: Cancel | undefined

  constructor(
    clock: Clock,
    { catchUpPublications, catchUpBytes }: Pick<Limits, 'catchUpPublications' | 'catchUpBytes'>,
    { size, bytes }: Pick<HistoryBounds, 'size' | 'bytes'>,
  ) {
    this.#clock = clock
    // What history does not keep, nobody is promised to get.
    this.#most = { publications: Math.min(catchUpPublications, size), bytes: Math.min(catchUpBytes, bytes) }
  }

  /** It begins here; what was in it is let go. */
  begin(from: AtPosition): void {
    this.end()
    this.#from = this.#to = from
    this.#endUnlessAsked()
  }

  /**
   * The stream has gone on. What does not follow, because another life is loaded meanwhile, would be a gap or come twice (I2): then it is let
   * go. So it is when something is taken back, which may be in it, and is handed to nobody any more.
   */
  push(follows: AtPosition, { publications, position }: Pick<Delivery, 'publications' | 'position'>): void {
    if (!this.#to) return
    if (!isSamePosition(follows, this.#to)) return this.end()
    if (publications.some(({ type }) => type === redactedType)) return this.end()
    for (const publication of publications) {
      this.#publications.push(publication)
      this.#bytes += footprintOf(publication.payload)
    }
    this.#to = position
    const { publications: most, bytes } = this.#most
    if (this.#publications.length > most || this.#bytes > bytes) this.end()
  }

  /** All that follows a position, if that is in it, and it leads to `head`. The list is the caller's: it does not grow with the stream. */
  after(position: AtPosition, head: AtPosition): readonly Publication[] | undefined {
    if (!this.#from || !this.#to || !isSamePosition(this.#to, head)) return undefined
    this.#wasAsked = true
    if (isSamePosition(position, this.#from)) return [...this.#publications]
    if (position.epoch !== this.#from.epoch) return undefined
    const index = this.#publications.findIndex(({ offset }) => offset === position.offset)
    const found = this.#publications[index]
    return found && checkOf(found.id) === position.check ? this.#publications.slice(index + 1) : undefined
  }

  /** Begins where this view does, which was read for a reader, if together they lead to `head`. */
  reachBack(from: AtPosition, { publications, upTo }: StreamView, head: AtPosition): void {
    const reached = { ...from, ...upTo }
    const rest = isSamePosition(reached, head) ? [] : this.after(reached, head)
    if (!rest) return
    this.begin(from)
    this.push(from, { publications: [...publications, ...rest], position: head })
  }

  end(): void {
    this.#check?.()
    this.#check = undefined
    this.#from = this.#to = undefined
    this.#publications = []
    this.#bytes = 0
  }

  #endUnlessAsked(): void {
    this.#wasAsked = false
    this.#check = this.#clock.after(unaskedMs, () => {
      if (this.#wasAsked) this.#endUnlessAsked()
      else this.end()
    })
  }
}
