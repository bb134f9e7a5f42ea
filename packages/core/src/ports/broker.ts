import type { Json } from '../json.ts'
import type { NowOrLater } from '../now-or-later.ts'
import type { AtPosition, Place } from '../position.ts'
import type { Publication, Signal } from '../publication.ts'
import type { StreamView } from '../recovery.ts'
import type { Claimed, ClaimKey, ClaimShare, Settlement } from './claim.ts'
import type { Leadership } from './leadership.ts'
import type { Presence } from './presence.ts'
import type { ReadRange, StreamFollower } from './stream-source.ts'

/** A publication before it has its offset. */
export type Entry = Omit<Publication, 'offset'>

/** How much of a channel is kept. The oldest publications are trimmed as soon as one bound is exceeded. */
export interface HistoryBounds {
  /** Publications. */
  readonly size: number
  /** Age of a publication, in milliseconds. */
  readonly ttlMs: number
  /** Bytes of all kept payloads together, as JSON. */
  readonly bytes: number
}

/** One step of a channel: its publications, the position that they follow, and the one that they lead to (I2). */
export interface Delivery {
  readonly channel: string
  readonly follows: AtPosition
  readonly position: AtPosition
  /** In order. Their offsets rise, and may have gaps. Empty where only the position moves. */
  readonly publications: readonly Publication[]
}

/** The state of a channel, folded up to a position. It is kept apart from history, so trimming does not touch it. */
export interface Checkpoint {
  readonly position: AtPosition
  /** The `version` of the definition whose reducer made it. A definition of another version must not use it. */
  readonly version: string
  readonly state: Json
}

/** The state that an append would lead to. The caller folds it before it knows whether it stands at the head. */
export interface ProposedCheckpoint extends Omit<Checkpoint, 'position'> {
  /** Where the state was folded from. It is kept only if that is the head: else it would lack what came in between. */
  readonly follows: AtPosition
  /** The offset that the last entry was folded with. The state is kept only if the entry gets that offset. */
  readonly offset: number
}

/** What goes in with an append, in the same atomic step. */
export interface AppendOptions {
  /**
   * A number that only rises in a channel. The append happens if and only if the kept cursor is smaller; then this one
   * is kept. It makes feeding from a database exact: a leader changes nothing if it repeats a round, or if it was
   * replaced while it slept. The cursor is forgotten with the channel's record.
   */
  readonly cursor?: number
  /** Offered with each append of a channel with a state. The broker decides how often it keeps one. */
  readonly checkpoint?: ProposedCheckpoint
  /**
   * Settles this claim with the position that the append leads to: nobody sees one without the other (I5). The append
   * happens if and only if the claim was granted, is remembered, and has no answer yet. So a caller that does not know
   * whether an append happened settles the claim with another answer, and is told which of the two came first.
   */
  readonly settle?: ClaimKey
}

/** What an append came to. */
export type Appended =
  | {
      readonly outcome: 'appended'
      readonly delivery: Delivery
      /**
       * A checkpoint is due, and the offered one did not fit. The caller writes one as soon as it knows the state at
       * this position. Until then the broker keeps the history that follows the last checkpoint.
       */
      readonly wantsCheckpoint: boolean
    }
  /** The kept cursor, which is not smaller than the given one: nothing was appended. */
  | { readonly outcome: 'fed-already'; readonly cursor: number }
  /** The claim has this answer already; `undefined` if it is not remembered. Nothing was appended. */
  | { readonly outcome: 'claim-over'; readonly answer: Settlement | undefined }

/** A message from one node to all nodes. Each node decides whether it is news. */
export interface NodeMessage {
  /** What it is about, for example `revoke`. */
  readonly type: string
  readonly payload: Json
}

/** What a node hears from the others. */
export interface NodeListener {
  heard(message: NodeMessage): void
  /**
   * Messages may have been missed (the link to the broker was down), so ask again for whatever they would have told.
   */
  lost(): void
}

/**
 * Orders, keeps and spreads the publications of all channels. One broker serves many hubs. A hub calls it from one
 * thread, and does not wait for one call before it makes the next.
 *
 * Existence: reading never creates a channel. A channel without a record stands at offset 0 of the broker's current
 * *absent epoch*. Its first append creates the record under exactly that epoch, so that a page rendered at offset 0
 * continues with publication 1. Dropping a record changes the absent epoch, so that no position of the dropped life is
 * ever taken for one of the next life (I4). A claim alone makes no record.
 *
 * Offsets rise, and may have gaps: positions, never numbers, say whether something is missing (I2). The position right
 * after a publication is its offset and the check of its id.
 *
 * What each publish asks for (`append`, `claim`, `settle`, `release`) may be answered at once: a broker that has nothing to
 * wait for returns the answer, or throws, and the publish is in the channel before the hub does anything else.
 *
 * The suite `brokerSuite` of `@baro/testing` holds every implementation to these duties.
 */
export interface Broker {
  /**
   * Appends entries: gives each the next offset, keeps the channel within the bounds, and tells the followers, all or
   * nothing. Appends of one channel are serial. Answers once a later `read` on any node would return the entries.
   * Called for each publish, and for each round of whatever feeds a channel from a database.
   *
   * Trimming never goes past the newest checkpoint of a version: else a node that dies before it writes the next one
   * would take the state with it. Up to twice the bounds are kept for that, whatever their age, and at least 100
   * publications and 64 KiB beyond them: else a channel without history would lose its state at the first delay.
   *
   * @throws {BaroError} `unavailable` if the broker does not know whether the entries are kept.
   */
  append(
    channel: string,
    entries: readonly Entry[],
    bounds: HistoryBounds,
    options?: AppendOptions,
  ): NowOrLater<Appended>

  /**
   * Puts a tombstone in the place of the publication that stands there, and appends an entry that tells the followers, in
   * one step. The tombstone brings its type and payload. Offset, time and id stay, so that the checks of positions hold
   * (I4); `by` is removed. `undefined` if nothing is kept at the offset, or something else than was found there before: then
   * nothing is appended either. A store that lost what is newest may have another publication there since.
   *
   * @throws {BaroError} `unavailable` if the broker does not know whether the entry is kept.
   */
  redact(
    channel: string,
    place: Place,
    tombstone: Pick<Publication, 'type' | 'payload'>,
    entry: Entry,
    bounds: HistoryBounds,
  ): Promise<Delivery | undefined>

  /** Reads one consistent view of a channel. */
  read(channel: string, range: ReadRange): Promise<StreamView>

  /** Where each of these channels stands, in their order. One call for many, because a page may show many channels. */
  heads(channels: readonly string[]): Promise<readonly AtPosition[]>

  /**
   * Follows a channel. Once it resolves, every later append is delivered, or `lost` is called. What was appended before
   * is not delivered, so a caller follows first, then reads, and joins the two by position. Returns a function that
   * stops it.
   */
  follow(channel: string, follower: StreamFollower): Promise<() => void>

  /** Tells all followers on all nodes. A signal is not kept: whoever does not follow now never gets it. */
  signal(signal: Signal): Promise<void>

  /**
   * The name of the life of the claims. A broker that lost its claims (for example a memory broker that restarted)
   * returns another name, and clients then report `unknown-outcome` instead of publishing twice (I5). Each hub asks
   * once. The result of every claim says the name again, so that a hub notices a change.
   */
  claimsEpoch(): Promise<string>

  /**
   * Whether the broker answers, as far as it knows without asking: `degraded` while a server behind it is away. The hub tells
   * it to who asks for the health of a node. Left out: what is in this process is always there.
   */
  health?(): 'ready' | 'degraded'

  /**
   * Claims a publish in a channel: exactly one caller on all nodes is granted it (I5). Called before the handler of
   * each publish that may be repeated.
   *
   * An id is remembered for `windowMs`. A turn is granted if it is the next one and the one before it is settled. Its
   * producer is remembered for `windowMs` after its last claim, with the last number and the answers above `confirmed`.
   *
   * @throws {BaroError} `rate-limited` or `unavailable` if too much is remembered already of the share that the claim
   * would take from: of its user or its address, of all users, of all guests, or of the application. What one of these
   * may have does not depend on the others. Forgetting a claim early would mean publishing twice.
   */
  claim(channel: string, key: ClaimKey, terms: ClaimTerms): NowOrLater<Claimed>

  /**
   * Keeps the answer of a granted claim, unless the claim has one: the first answer stays. Returns the answer that is
   * kept; `undefined` if the claim is not remembered.
   */
  settle(channel: string, key: ClaimKey, answer: Settlement): NowOrLater<Settlement | undefined>

  /** Gives back a granted claim that led to nothing. The next caller that claims it is granted it. */
  release(channel: string, key: ClaimKey): NowOrLater<void>

  /** The newest checkpoint of this version in the channel's current epoch, if there is one. */
  readCheckpoint(channel: string, version: string): Promise<Checkpoint | undefined>

  /**
   * Keeps a checkpoint if its position is on the channel's history (same epoch, from the floor to the head, and the
   * check of the publication there), and if it is newer than the kept one of its version. Otherwise it does nothing.
   * When two nodes write at once, the newer checkpoint stays. A node that has not noticed yet that history was rewritten
   * must not replace a state that others can continue from.
   *
   * In a rolling deploy nodes of two versions write, and each node that opens the channel must go on from the state of
   * its own: folded anew from what is left of history, nodes of one version would show different states. So the checkpoint
   * whose place one of another version takes is kept beside it, for an hour (`otherVersionStaysMs`), as long as history
   * leads on from it; not once something was taken back that it may hold. A broker of one process may keep one alone.
   *
   * Called where an append wanted one, and by a node that had to fold much to open a channel, never for each
   * publication.
   */
  writeCheckpoint(channel: string, checkpoint: Checkpoint): Promise<void>

  /** Who is here. */
  readonly presence: Presence

  /** Who does what must be done once on all nodes. */
  readonly leadership: Leadership

  /** Tells every node that hears, this one too. A message is not kept. */
  tell(message: NodeMessage): Promise<void>

  /**
   * Hears what nodes tell. Once it resolves, `heard` is called for each later message, or `lost`. Returns how to stop.
   */
  hear(listener: NodeListener): Promise<() => void>

  /** Releases everything. Nobody uses the broker afterwards. */
  close(): Promise<void>
}

/** How long a claim is to be remembered, and which life of the claims it counts on. */
export interface ClaimTerms {
  readonly windowMs: number
  /** Whose room it takes, if it is granted. */
  readonly share: ClaimShare
  /** The life of the claims that the claimant counts on. In another life nothing is granted. Absent: any life. */
  readonly epoch?: string
}
