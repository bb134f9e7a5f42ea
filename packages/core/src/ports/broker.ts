import type { Json } from '../json.ts'
import type { AtPosition } from '../position.ts'
import type { Publication, Signal } from '../publication.ts'
import type { StreamView } from '../recovery.ts'
import type { Claimed, ClaimKey, Settlement } from './claim.ts'
import type { ReadRange, StreamFollower } from './stream-source.ts'

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

/** One step of a channel: the publications, the position they follow and the one they lead to (I2). */
export interface Delivery {
  readonly channel: string
  readonly follows: AtPosition
  readonly position: AtPosition
  /** In order; their offsets rise and need not be dense. Empty where a position moves alone. */
  readonly publications: readonly Publication[]
}

/** The state of a channel folded up to a position, kept so that trimming history does not touch it. */
export interface Checkpoint {
  readonly position: AtPosition
  /** The `version` of the definition whose reducer made it: another reducer's state is not ours. */
  readonly version: string
  readonly state: Json
}

/** The state that an append leads to, made by its caller before it knows whether it stands at the head. */
export interface ProposedCheckpoint extends Omit<Checkpoint, 'position'> {
  /** Where the state was folded from. It is kept only if that is the head, or it would lack what came in between. */
  readonly follows: AtPosition
  /** The offset that the last entry was folded with. It is kept only if that is the one it gets. */
  readonly offset: number
}

/** What goes in with an append, in the same step: all of it, or nothing. */
export interface AppendOptions {
  /**
   * A number that only rises in a channel: the append happens if and only if the kept one is smaller, and is then kept.
   * It makes feeding from a database exact: a leader that repeats a round it had fed already, or was replaced while it
   * slept, changes nothing. It is forgotten with the channel's record.
   */
  readonly cursor?: number
  /** Offered with each append of a channel with a state; how often one is worth keeping is the broker's to say. */
  readonly checkpoint?: ProposedCheckpoint
  /**
   * Settles this claim with the position that the append leads to: nobody sees one without the other (I5). The append
   * happens if and only if the claim was granted, is remembered and has no answer yet. So whoever does not know what became
   * of an append can settle the claim otherwise, and then be sure.
   */
  readonly settle?: ClaimKey
}

/** What an append came to. */
export type Appended =
  | {
      readonly outcome: 'appended'
      readonly delivery: Delivery
      /**
       * A checkpoint is due, and the one that was offered did not fit. Whoever appended writes one as soon as it knows the
       * state there; until then history is kept behind the last one.
       */
      readonly wantsCheckpoint: boolean
    }
  /** The channel has come as far as this cursor already: nothing was appended. */
  | { readonly outcome: 'fed-already'; readonly cursor: number }
  /** The claim has this answer already, or is not remembered: nothing was appended. */
  | { readonly outcome: 'claim-over'; readonly answer: Settlement | undefined }

/** What one node tells all others; to which of them it is news is theirs to know. */
export interface NodeMessage {
  /** What it is about, for example `revoke`. */
  readonly type: string
  readonly payload: Json
}

/** What a node hears from the others. */
export interface NodeListener {
  heard(message: NodeMessage): void
  /** Messages may have been missed (the link to the broker was down): look again at whatever they would have told. */
  lost(): void
}

/**
 * Orders, keeps and spreads the publications of all channels. One broker serves many hubs; a hub calls it from one
 * thread but does not wait for one call before making the next.
 *
 * Existence: reading never creates a channel. A channel without a record stands at the broker's current *absent epoch*,
 * offset 0; its first append creates the record under exactly that epoch, so that a page rendered at offset 0 continues
 * with publication 1. Dropping a record changes the absent epoch, so that no position of the dropped life is ever taken
 * for one of the next (I4). A claim alone makes no record.
 *
 * Offsets rise. A broker may leave some out; positions, never numbers, say whether something is missing (I2). The position
 * right after a publication is its offset and the check of its id.
 *
 * The suite `brokerSuite` of `@baro/testing` holds every implementation to these duties.
 */
export interface Broker {
  /**
   * Appends entries: gives each the next offset, keeps the channel within the bounds and tells the followers, all or
   * nothing; appends of one channel are serial. Resolves once a later `read` anywhere would return them. Called for each
   * publish, and by a feed for each round.
   *
   * Trimming never goes past the newest checkpoint, or a node that dies before it has written the next one would take the
   * state with it; up to twice the bounds are kept for that, whatever their age (and at
   * least 100 publications and 64 KiB beyond them, or a channel without history would lose its state at the first delay).
   *
   * @throws {BaroError} `unavailable` if it is not known to be kept.
   */
  append(channel: string, entries: readonly Entry[], bounds: HistoryBounds, options?: AppendOptions): Promise<Appended>

  /**
   * Takes back what the publication at this offset says, and appends an entry that tells so, in one step. What is left
   * there has the tombstone's type and payload, and still its offset, time and id, so that the checks of positions hold
   * (I4); `by` is gone. `undefined` if nothing is kept at the offset: then nothing is appended either.
   *
   * @throws {BaroError} `unavailable` if it is not known to be kept.
   */
  redact(
    channel: string,
    offset: number,
    tombstone: Pick<Publication, 'type' | 'payload'>,
    entry: Entry,
    bounds: HistoryBounds,
  ): Promise<Delivery | undefined>

  /** Reads one consistent view of a channel. */
  read(channel: string, range: ReadRange): Promise<StreamView>

  /** Where each of these channels stands, in their order; one answer for many, for pages that show many. */
  heads(channels: readonly string[]): Promise<readonly AtPosition[]>

  /**
   * Follows a channel. Once it resolves, every later append is delivered or `lost` is called; what was appended before
   * is not delivered, so a caller follows first, reads then, and joins the two by position. Returns how to stop.
   */
  follow(channel: string, follower: StreamFollower): Promise<() => void>

  /** Tells all followers on all nodes; kept nowhere, lost to who is not there. */
  signal(signal: Signal): Promise<void>

  /**
   * Names the life of the claims. A broker that lost its claims (a restart of the memory broker) has another name, and
   * clients then report `unknown-outcome` instead of publishing twice (I5). Asked once by each hub; every claim says it
   * again, so that a change is noticed.
   */
  claimsEpoch(): Promise<string>

  /**
   * Claims a publish in a channel: exactly one caller on all nodes is granted it (I5). Called before the handler of each
   * publish that may be repeated.
   *
   * An id is remembered for `windowMs`. A turn is granted if it is the next one and the one before it is settled; its
   * producer is remembered for `windowMs` after its last claim, with the last number and the answers above `confirmed`.
   *
   * @throws {BaroError} `rate-limited` or `unavailable` if too much is remembered already: to forget early would be to
   * publish twice.
   */
  claim(channel: string, key: ClaimKey, terms: ClaimTerms): Promise<Claimed>

  /**
   * Keeps the answer of a granted claim, unless it has one: what was answered once is the answer. Returns the answer that
   * stands; `undefined` if the claim is not remembered.
   */
  settle(channel: string, key: ClaimKey, answer: Settlement): Promise<Settlement | undefined>

  /** Gives a granted claim back, of which nothing came: the next one to claim it is granted it. */
  release(channel: string, key: ClaimKey): Promise<void>

  /** The newest checkpoint of the channel's current epoch, if there is one. */
  readCheckpoint(channel: string): Promise<Checkpoint | undefined>

  /**
   * Keeps a checkpoint if its position is on the channel's history (same epoch, from the floor to the head, and the check
   * is that of the publication there) and it is newer than the kept one, or of another version; otherwise does nothing.
   * Two nodes may race: the newer stays. A node that has not noticed yet that history was rewritten must not replace a
   * state that others can continue from by one that nobody can.
   *
   * Called where an append wanted one, and by a node that had to fold much to open a channel; never for every publication.
   */
  writeCheckpoint(channel: string, checkpoint: Checkpoint): Promise<void>

  /** Tells every node that hears, this one too; kept nowhere. */
  tell(message: NodeMessage): Promise<void>

  /** Hears what nodes tell. Once it resolves, everything told later is heard or `lost` is called. Returns how to stop. */
  hear(listener: NodeListener): Promise<() => void>

  /** Lets go of everything; the broker is not used afterwards. */
  close(): Promise<void>
}

/** What a claim counts on, and how long it is to be remembered. */
export interface ClaimTerms {
  readonly windowMs: number
  /** The life of the claims that the claimant counts on; with another one nothing is granted. */
  readonly epoch?: string
}
