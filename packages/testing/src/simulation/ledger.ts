import type { BaroError } from '@baro/core'
import type { Tally } from './tally.ts'
import type { Truth } from './truth.ts'
import { Violation } from './violation.ts'

/** What claims a publish of a page. */
export type ClaimedBy = 'turn' | 'id'

/** A publish that a page made. */
interface Publish {
  readonly channel: string
  readonly id: string
  readonly claimedBy: ClaimedBy
  /** The publishes of one page in one channel, in their order. */
  readonly lane: Publish[]
  /** When its client first gave it to a link; `undefined` while it never did. */
  firstSentMs: number | undefined
  /** Something has happened since it was sent that lets nobody know what became of it. */
  isDoubtful: boolean
  /** When it got its answer. */
  closedMs?: number
  outcome: 'open' | 'confirmed' | 'unknown' | 'definite' | 'abandoned'
  /** Which of all appends it was, once that is confirmed. */
  order?: number
  /** As whom it may be done; `undefined`: nobody could know. */
  readonly users: ReadonlySet<string | undefined> | undefined
}

/** What a ledger works with. */
export interface LedgerParts {
  readonly truth: Truth
  readonly tally: Tally
  /** How long a publish may be repeated. */
  readonly publishWindowMs: number
  elapsedMs(): number
  /** Whether the network brought a publish twice. */
  cameTwice(id: string): boolean
}

/** Part of the publish window after which a client may say `unknown-outcome`: it leaves time for the way. */
const surelyRemembered = 0.9

/** Every publish that pages made, and what they were told about it (I5). */
export class Ledger {
  readonly #parts: LedgerParts
  readonly #publishes = new Map<string, Publish>()
  readonly #lanes = new Map<string, Publish[]>()
  /** Sent in the same moment in which it is made, before its page knows its id. */
  readonly #early = new Set<string>()
  readonly #earlyHopeless = new Set<string>()

  constructor(parts: LedgerParts) {
    this.#parts = parts
  }

  /**
   * @param page Names one life of a page.
   * @param users Who the page was, as its application and as its hub know it.
   */
  made(page: string, channel: string, id: string, claimedBy: ClaimedBy, users?: ReadonlySet<string | undefined>): void {
    const lane = this.#laneOf(`${page} ${channel}`)
    const publish: Publish = {
      channel,
      id,
      claimedBy,
      lane,
      firstSentMs: undefined,
      isDoubtful: false,
      outcome: 'open',
      users,
    }
    lane.push(publish)
    this.#publishes.set(id, publish)
    if (this.#early.delete(id)) this.handedOn(id)
    if (this.#earlyHopeless.delete(id)) publish.isDoubtful = true
  }

  /** The client has given it to a link, which may keep it back for a while. */
  handedOn(id: string): void {
    const publish = this.#publishes.get(id)
    if (publish) publish.firstSentMs ??= this.#parts.elapsedMs()
    else this.#early.add(id)
  }

  /** It has left by a link that counts on claims which the servers have lost since. */
  sentInVain(id: string): void {
    const publish = this.#publishes.get(id)
    if (publish) publish.isDoubtful = true
    else this.#earlyHopeless.add(id)
  }

  /** The memory of the servers was lost, or could not be reached: what is under way may have any outcome. */
  doubt(): void {
    for (const publish of this.#publishes.values())
      if (publish.outcome === 'open' && publish.firstSentMs !== undefined) publish.isDoubtful = true
  }

  /** A node has told a page of another life of the claims than the last one did: its client gives up what is under way. */
  doubtPage(page: string): void {
    for (const [name, lane] of this.#lanes)
      if (name.startsWith(`${page} `))
        for (const publish of lane)
          if (publish.outcome === 'open' && publish.firstSentMs !== undefined) publish.isDoubtful = true
  }

  /** The application itself could not say what became of it. */
  doubtOne(id: string): void {
    const publish = this.#publishes.get(id)
    if (publish) publish.isDoubtful = true
  }

  /** I8: a publish is done as who made it, and as nobody who came after. */
  doneAs(id: string, user: string | undefined): void {
    const { users } = this.#publishes.get(id) ?? {}
    if (users && !users.has(user))
      throw new Violation('I8', `${id} was published by ${[...users].join(' or ')}, and is done as ${user}`)
  }

  /** The page is gone; nobody waits for the answer. */
  abandon(id: string): void {
    const publish = this.#publishes.get(id)
    if (publish?.outcome === 'open') publish.outcome = 'abandoned'
  }

  /** I5: a confirmed publish stands where the answer says, under its id, and in its turn. */
  confirmed(id: string, position: string | undefined): void {
    const publish = this.#close(id, 'confirmed')
    if (!publish) return
    const { channel, claimedBy, lane } = publish
    this.#parts.tally.count(claimedBy === 'turn' ? 'publish confirmed: by its turn' : 'publish confirmed: by its id')
    const moment = this.#parts.truth.at(channel, position)
    if (moment?.id !== id)
      throw new Violation('I5', `${id} was confirmed at ${position}, where ${moment?.id ?? 'nothing'} stands`)
    publish.order = moment.order
    assertInTurn(lane)
  }

  /** I5: so does one of the application. */
  applicationConfirmed(channel: string, id: string, position: string): void {
    const moment = this.#parts.truth.at(channel, position)
    if (moment?.id !== id)
      throw new Violation('I5', `${id} was confirmed at ${position}, where ${moment?.id ?? 'nothing'} stands`)
  }

  /** I5: an unknown outcome needs a reason, any other error means that nothing was published. */
  rejected(id: string, error: BaroError): void {
    const { truth, tally, publishWindowMs, elapsedMs } = this.#parts
    const publish = this.#close(id, error.code === 'unknown-outcome' ? 'unknown' : 'definite')
    if (!publish) return
    if (publish.outcome === 'definite') {
      tally.count('publish: definite error')
      if (error.code === 'unauthenticated') tally.count('publish of another user not sent')
      if (truth.holds(publish.channel, id))
        throw new Violation('I5', `${id} was answered "${error.code}" (${error.message}), and was published`)
      return
    }
    tally.count('publish: unknown-outcome')
    const { firstSentMs, isDoubtful } = publish
    const isOld = firstSentMs !== undefined && elapsedMs() - firstSentMs > surelyRemembered * publishWindowMs
    if (!isDoubtful && !isOld && !isBesideUnknown(publish))
      throw new Violation('I5', `${id} was given up as unknown-outcome without a reason`)
  }

  /** Every publish has its answer, and what was refused for good was not published afterwards. */
  assertAllAnswered(): void {
    const { truth, cameTwice } = this.#parts
    for (const { outcome, channel, id, claimedBy } of this.#publishes.values()) {
      if (outcome === 'open') throw new Violation('liveness', `${id} in ${channel} never got an answer`)
      // An id that is refused is not remembered, so its copy may come when the rule allows it (PROTOCOL.md, Publishing).
      const mayBeTaken = claimedBy === 'id' && cameTwice(id)
      if (outcome === 'definite' && !mayBeTaken && truth.holds(channel, id))
        throw new Violation('I5', `${id} was refused, and was published afterwards`)
    }
  }

  #laneOf(name: string): Publish[] {
    const lane = this.#lanes.get(name) ?? []
    this.#lanes.set(name, lane)
    return lane
  }

  #close(id: string, outcome: Publish['outcome']): Publish | undefined {
    const publish = this.#publishes.get(id)
    if (publish?.outcome !== 'open') return undefined
    publish.outcome = outcome
    publish.closedMs = this.#parts.elapsedMs()
    return publish
  }
}

/** I5: what a page published first in a channel was appended first. */
function assertInTurn(lane: readonly Publish[]): void {
  let last: Publish | undefined
  for (const publish of lane) {
    // Who chooses an id claims no place among the others.
    if (publish.order === undefined || publish.claimedBy === 'id') continue
    if (last?.order !== undefined && publish.order < last.order)
      throw new Violation('I5', `${publish.id} was published after ${last.id}, and appended before it`)
    last = publish
  }
}

/** Whether nobody knows what became of another one that was at work at the same time: their producer is given up. */
function isBesideUnknown(publish: Publish): boolean {
  const { lane, firstSentMs = Number.POSITIVE_INFINITY } = publish
  return lane.some((one) => one !== publish && one.outcome === 'unknown' && (one.closedMs ?? 0) >= firstSentMs)
}
