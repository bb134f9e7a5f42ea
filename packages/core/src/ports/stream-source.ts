import type { Json } from '../json.ts'
import type { AtPosition, NoPosition, QueriedPosition } from '../position.ts'
import type { Signal } from '../publication.ts'
import type { StreamView } from '../recovery.ts'
import type { Delivery } from './broker.ts'

/** Which part of a stream to read. */
export type ReadRange = {
  /** Most publications to return. */
  readonly limit: number
  /** Most bytes of payload to return. One publication is returned even if it is larger. */
  readonly bytes: number
} & (
  | {
      /** Reads the first publications after this offset, in order. */
      readonly after: number
    }
  | {
      /** Reads the newest publications up to this offset, itself included, in order. Default: up to the head. */
      readonly until?: number
    }
)

/** The rows of a channel at a database snapshot. */
export interface Queried {
  /** None if the snapshot is longer than a position may be. */
  readonly position: QueriedPosition | NoPosition
  readonly value: Json
}

/** What a node is told about a stream that it follows. All three may be called at any time until it stops. */
export interface StreamFollower {
  /** The stream went on, here or on another node. A delivery may come late, twice or never: positions find that out. */
  deliver(delivery: Delivery): void
  /** A signal was sent. It has no position in the stream. */
  signal(signal: Signal): void
  /** Deliveries may have been missed (the link was down): read again from where you stand. */
  lost(): void
}

/**
 * The stream that a node's feed of one channel reads and follows: the broker's stream of that channel, or a view of
 * another stream, such as the rows of a table that a filter lets through. A view has the epoch and the offsets of that
 * other stream, so its offsets have gaps. It says how far each read came (`upTo`), so that a reader of a quiet view
 * does not read the same part again.
 */
export interface StreamSource {
  /** One consistent view of the stream. */
  read(range: ReadRange): Promise<StreamView>
  /** As `Broker.follow`: everything later is delivered, or `lost` is called. Returns a function that stops it. */
  follow(follower: StreamFollower): Promise<() => void>
  /**
   * Everything that follows a database snapshot, up to a place from which `read` and `follow` continue (I12);
   * `undefined` if the stream does not reach back so far. A source that cannot continue from a database snapshot leaves
   * it out. Called for each reader that comes with a *queried* position.
   */
  resolve?(position: QueriedPosition): Promise<StreamView | undefined>
  /**
   * The value of the stream, where it is not folded from publications but read elsewhere, together with its position (I12).
   * What was not visible there, `resolve` brings. Called for each page and for each reset; those that come together share
   * one answer.
   *
   * @throws {BaroError} `unavailable` if it cannot be read now, `bad-definition` if there is no such thing to read.
   */
  query?(): Promise<Queried>
  /**
   * Where the stream stands as a page sees it: for a view the position after its last publication, not the head of what it
   * is a view of, or every change of a table would make all pages of it stale (I10). Asked when a cached page is served, at
   * most once in a second. A source whose head is that of the broker's channel leaves it out.
   */
  head?(): Promise<AtPosition>
}
