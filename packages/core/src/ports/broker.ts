import type { Json } from '../json.ts'
import type { AtPosition } from '../position.ts'
import type { Publication, Signal } from '../publication.ts'
import type { StreamView } from '../recovery.ts'

/** A publication before it has its place in the stream. */
export type Entry = Omit<Publication, 'offset'>

/** How much of a channel is kept: whatever bound is reached first trims the oldest. */
export interface HistoryBounds {
  /** Publications. */
  readonly size: number
  /** Age of a publication, in milliseconds. */
  readonly ttlMs: number
  /** Bytes of all kept payloads together, as JSON. */
  readonly bytes: number
}

/** One step of a channel: the publication, the position it follows and the one it leads to (I2). */
export interface Delivery {
  readonly channel: string
  readonly follows: AtPosition
  readonly position: AtPosition
  readonly publication: Publication
}

/** What a node is told about a channel it follows. All three may be called at any time until the subscription ends. */
export interface BrokerSubscriber {
  /** A publication was appended, here or elsewhere. May come late, twice or never: positions find out. */
  deliver(delivery: Delivery): void
  /** A signal was sent; it has no place in the stream. */
  signal(signal: Signal): void
  /** Deliveries may have been missed (the link to the broker was down): read again from where you stand. */
  lost(): void
}

/** The state of a channel folded up to a position, kept so that trimming history does not touch it. */
export interface Checkpoint {
  readonly position: AtPosition
  /** The `version` of the definition whose reducer made it: another reducer's state is not ours. */
  readonly version: string
  readonly state: Json
}

/** The answer to a claim of an id. */
export type Claim =
  /** It is yours: do the work, then `settle`. */
  | { readonly outcome: 'granted' }
  /** Somebody holds it and has not settled yet. */
  | { readonly outcome: 'pending' }
  /** It was done; this is the first answer. */
  | { readonly outcome: 'settled'; readonly answer: Json }

/**
 * Orders, keeps and spreads the publications of all channels. One broker serves many hubs; a hub calls it from one
 * thread but does not wait for one call before making the next.
 *
 * Existence: reading never creates a channel. A channel without a record stands at the broker's current *absent epoch*,
 * offset 0; its first append creates the record under exactly that epoch, so that a page rendered at offset 0 continues
 * with publication 1. Dropping a record changes the absent epoch, so that no position of the dropped life is ever taken
 * for one of the next (I4).
 *
 * The suite `brokerSuite` of `@baro/testing` holds every implementation to these duties.
 */
export interface Broker {
  /**
   * Names the life of the claims. A broker that lost its claims (a restart of the memory broker) has another name, and
   * clients then report `unknown-outcome` instead of publishing twice (I5).
   */
  readonly claimsEpoch: string

  /**
   * Appends one publication: gives it the next offset, keeps it within the bounds and tells the subscribers, all or
   * nothing; appends of one channel are serial. Resolves once a later `read` anywhere would return it.
   *
   * @throws {BaroError} `unavailable` if it is not known to be kept.
   */
  append(channel: string, entry: Entry, bounds: HistoryBounds): Promise<Delivery>

  /**
   * Reads one consistent view of a channel: epoch, head, floor, and at most `limit` publications after `after`, in
   * order, together at most `bytes` but at least one if there is one. Without `after`: the newest `limit`.
   */
  read(channel: string, range: ReadRange): Promise<StreamView>

  /**
   * Follows a channel. Once it resolves, every later append is delivered or `lost` is called; what was appended before
   * is not delivered, so a caller subscribes first, reads then, and joins the two by position. Returns how to stop.
   */
  subscribe(channel: string, subscriber: BrokerSubscriber): Promise<() => void>

  /** Tells all subscribers on all nodes; kept nowhere, lost to who is not there. */
  signal(signal: Signal): Promise<void>

  /**
   * Claims an id within a scope (a user) for `windowMs`: exactly one caller on all nodes is granted it (I5). The claim
   * is forgotten after the window.
   */
  claim(scope: string, id: string, windowMs: number): Promise<Claim>

  /** Records the answer of a granted claim; later claims within the window get it. */
  settle(scope: string, id: string, answer: Json): Promise<void>

  /** The newest checkpoint of the channel's current epoch, if there is one. */
  readCheckpoint(channel: string): Promise<Checkpoint | undefined>

  /**
   * Keeps a checkpoint if its position is on the channel's history (same epoch, from the floor to the head, and the check
   * is that of the publication there) and it is newer than the kept one, or of another version; otherwise does nothing.
   * Two nodes may race: the newer stays. A node that has not noticed yet that history was rewritten must not replace a
   * state that others can continue from by one that nobody can.
   */
  writeCheckpoint(channel: string, checkpoint: Checkpoint): Promise<void>

  /** Lets go of everything; the broker is not used afterwards. */
  close(): Promise<void>
}

/** Which part of a stream to read. */
export interface ReadRange {
  /** Offset to read after; without it the newest are read. */
  readonly after?: number
  /** Without `after`: the newest up to this offset, and it included. Default: up to the head. */
  readonly upTo?: number
  /** Most publications to return. */
  readonly limit: number
  /** Most bytes of payload to return, at least one publication all the same. */
  readonly bytes: number
}
