import type { QueriedPosition } from '../position.ts'
import type { Signal } from '../publication.ts'
import type { StreamView } from '../recovery.ts'
import type { Delivery } from './broker.ts'

/** Which part of a stream to read. */
export type ReadRange = {
  /** Most publications to return. */
  readonly limit: number
  /** Most bytes of payload to return, at least one publication all the same. */
  readonly bytes: number
} & (
  | {
      /** Offset to read on from: the first publications after it, in order. */
      readonly after: number
    }
  | {
      /** The newest publications instead, in order: those up to this offset, and it included. Default: up to the head. */
      readonly until?: number
    }
)

/** What a node is told about a stream it follows. All three may be called at any time until it stops. */
export interface StreamFollower {
  /** The stream went on, here or elsewhere. May come late, twice or never: positions find out. */
  deliver(delivery: Delivery): void
  /** A signal was sent; it has no place in the stream. */
  signal(signal: Signal): void
  /** Deliveries may have been missed (the link was down): read again from where you stand. */
  lost(): void
}

/**
 * What a node's feed of one channel reads and follows: the broker's stream of that channel, or a view of another one, such
 * as the rows of a table that a filter lets through. A view has the epoch and the offsets of what it is a view of, so its
 * offsets have gaps, and it says how far each read came (`upTo`): a reader of a quiet view must not read the same again.
 */
export interface StreamSource {
  /** One consistent view of the stream. */
  read(range: ReadRange): Promise<StreamView>
  /** As `Broker.follow`: everything later is delivered, or `lost` is called. Returns how to stop. */
  follow(follower: StreamFollower): Promise<() => void>
  /**
   * What follows a database snapshot, all of it, up to a place that everything later follows too (I12); `undefined` if the
   * stream does not reach back so far. Left out where a snapshot is no place in the stream. Called for each reader that
   * comes with a *queried* position.
   */
  resolve?(position: QueriedPosition): Promise<StreamView | undefined>
}
