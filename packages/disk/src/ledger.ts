/**
 * Everything that one process keeps in a folder: channels and claims, over a shelf. Each call is one step: it reads what is kept,
 * decides, and keeps what it changed, all of it or nothing. What a step throws leaves everything as it was.
 */
import { BaroError, type MembersPage } from '@baro/core'
import {
  type Appended,
  type AppendOptions,
  type Checkpoint,
  type Claimed,
  type ClaimKey,
  type ClaimLimits,
  type ClaimTerms,
  type Clock,
  type Delivery,
  type Entry,
  type HistoryBounds,
  type KeptClaim,
  type KeptMember,
  MemberSets,
  type Randomness,
  type ReadRange,
  RememberedClaims,
  type SetChange,
  type SetStep,
  type Settlement,
  type StreamView,
  type Touch,
  type Touched,
  type TouchTerms,
} from '@baro/core/broker'
import {
  type AtPosition,
  createId,
  formatPosition,
  membersChannel,
  membersHistory,
  type Place,
} from '@baro/core/protocol'
import { RecentRecords } from './channel/recent-records.ts'
import {
  type ChannelRecord,
  channelOfRecencyKey,
  footprintOf,
  minuteOf,
  recencyKey,
  recordKey,
} from './channel/record.ts'
import { recordIn, recordText } from './channel/record-text.ts'
import { Step } from './channel/step.ts'
import { emptyRecord, Stream } from './channel/stream.ts'
import { claimIn, claimText } from './claim-text.ts'
import { DamagedRecord, DamagedStore } from './damage/damage.ts'
import type { Shelf } from './shelf/shelf.ts'
import { createStoreClock, type StoreTime } from './store-clock.ts'

/** What is kept once for all channels. */
interface Summary {
  readonly format: typeof format
  absentEpoch: string
  readonly claimsEpoch: string
  readonly time: StoreTime
  /** Channels with a record, and about what they take in the store. */
  channels: number
  bytes: number
}

/** What a ledger works with. */
export interface LedgerParts {
  readonly shelf: Shelf
  readonly clock: Clock
  readonly randomness: Randomness
  readonly claimLimits: ClaimLimits
  /** A channel was found damaged, and begins another life. */
  readonly lost: (channel: string, damage: DamagedRecord) => void
}

const format = 2
const summaryKey = '!summary'
const claimPrefix = 'p:'
const setPrefix = 's:'
// A name holds no space, and ids come last.
const setKey = (name: string): string => `${setPrefix}${name}`
const membersKey = (name: string): string => `m:${name} `
const memberKey = (name: string, id: string): string => `${membersKey(name)}${JSON.stringify(id)}`
const guestKeyKey = '!guests'
// A few hundred bytes each.
const mostRecent = 10_000
const endOf = (prefix: string): string =>
  `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`

/** One channel in one step. */
interface Opened {
  readonly step: Step
  readonly stream: Stream
  /** What was counted for it; 0 if it had no record. */
  readonly counted: number
  /** When it was last used; `undefined` if it had no record. */
  readonly usedAt: number | undefined
  /** What its step leaves of it; `undefined` if all is as it was. */
  leaves: 'record' | 'nothing' | undefined
}

export class Ledger {
  readonly #shelf: Shelf
  readonly #clock: Clock
  readonly #randomness: Randomness
  readonly #claims: RememberedClaims
  readonly #summary: Summary
  readonly #lost: LedgerParts['lost']
  readonly #recent = new RecentRecords(mostRecent)
  readonly #sets: MemberSets
  #step: Step | undefined

  private constructor({ shelf, clock, randomness, claimLimits, lost }: LedgerParts, summary: Summary) {
    this.#shelf = shelf
    this.#randomness = randomness
    this.#summary = summary
    this.#lost = lost
    this.#clock = createStoreClock(clock, summary.time)
    this.#claims = new RememberedClaims(summary.claimsEpoch, this.#clock, claimLimits, (name, claim) =>
      this.#keepClaim(name, claim),
    )
    this.#sets = new MemberSets(this.#clock, {
      set: (name, set) => this.#put(setKey(name), set),
      member: (name, id, member) => this.#put(memberKey(name, id), member),
    })
  }

  /** @throws {DamagedStore} if what is kept once for all is damaged. */
  static async open(parts: LedgerParts): Promise<Ledger> {
    const { shelf, clock, randomness } = parts
    const kept = shelf.get(summaryKey)
    const summary: Summary = kept
      ? JSON.parse(kept)
      : {
          format,
          absentEpoch: createId(randomness),
          claimsEpoch: createId(randomness),
          time: { elapsed: 0, now: clock.now() },
          channels: 0,
          bytes: 0,
        }
    if (summary.format !== format)
      throw new DamagedStore(
        `its format is ${String(summary.format)}, and this version of @baro/disk reads format ${format}`,
      )
    const ledger = new Ledger(parts, summary)
    for await (const [key, claim] of shelf.entries({ gt: claimPrefix, lt: endOf(claimPrefix) }))
      ledger.#claims.restore(JSON.parse(key.slice(claimPrefix.length)), claimIn(claim))
    for await (const [key, set] of shelf.entries({ gt: setPrefix, lt: endOf(setPrefix) })) {
      const name = key.slice(setPrefix.length)
      const members: KeptMember[] = []
      const prefix = membersKey(name)
      for await (const [, member] of shelf.entries({ gt: prefix, lt: endOf(prefix) })) members.push(JSON.parse(member))
      ledger.#sets.restore(name, JSON.parse(set), members)
    }
    // Readers are told the absent epoch, so it must not change with the next start.
    if (!kept) ledger.#keepFirst()
    return ledger
  }

  get claimsEpoch(): string {
    return this.#claims.epoch
  }

  get usage(): { readonly channels: number; readonly bytes: number } {
    const { channels, bytes } = this.#summary
    return { channels, bytes }
  }

  get hasClaims(): boolean {
    return !this.#claims.isEmpty
  }

  append(name: string, entries: readonly Entry[], bounds: HistoryBounds, options: AppendOptions): Appended {
    const { settle } = options
    if (settle && !this.#claims.isOpen(name, settle))
      return { outcome: 'claim-over', answer: this.#claims.answer(name, settle) }
    return this.#channel(name, (opened) => {
      const appended = opened.stream.append(entries, bounds, options)
      if (appended.outcome !== 'appended') return appended
      this.#save(name, opened)
      if (settle) this.#claims.settle(name, settle, { position: formatPosition(appended.delivery.position) })
      return appended
    })
  }

  redact(
    name: string,
    place: Place,
    tombstone: Parameters<Stream['redact']>[1],
    entry: Entry,
    bounds: HistoryBounds,
  ): Delivery | undefined {
    return this.#channel(name, (opened) => {
      const delivery = opened.usedAt === undefined ? undefined : opened.stream.redact(place, tombstone, entry, bounds)
      if (delivery) this.#save(name, opened)
      return delivery
    })
  }

  read(name: string, range: ReadRange): StreamView {
    return this.#channel(name, (opened) => {
      const floor = opened.stream.record.floor.offset
      const view = opened.stream.read(range)
      this.#used(name, opened, view.floor > floor)
      return view
    })
  }

  head(name: string): AtPosition {
    return this.#channel(name, ({ stream }) => stream.head)
  }

  readCheckpoint(name: string, version: string): Checkpoint | undefined {
    return this.#channel(name, (opened) => {
      this.#used(name, opened, false)
      const members = this.#sets.stateOf(name)
      if (members !== undefined)
        return { position: opened.stream.head, version: membersChannel.version, state: members }
      return opened.stream.readCheckpoint(version)
    })
  }

  writeCheckpoint(name: string, checkpoint: Checkpoint): void {
    if (this.#sets.stateOf(name) !== undefined) return
    this.#channel(name, (opened) => {
      if (opened.usedAt !== undefined && opened.stream.writeCheckpoint(checkpoint)) this.#save(name, opened)
    })
  }

  touch(set: string, node: string, touch: Touch, terms: TouchTerms): Touched {
    const step = this.#run(() => this.#sets.touch(set, node, touch, terms))
    return this.#tell(step)
  }

  expire(node: string, number: number): readonly SetChange[] {
    return this.#run(() => this.#sets.expire(node, number)).map((step) => this.#tell(step))
  }

  members(set: string, after: string | undefined, limit: number): MembersPage {
    return this.#sets.page(set, after, limit)
  }

  /** The key that guests are hashed with. */
  guestKey(): string {
    return this.#run((step) => {
      const kept = step.get(guestKeyKey)
      if (kept !== undefined) return kept
      const made = createId(this.#randomness)
      step.put(guestKeyKey, made)
      return made
    })
  }

  claim(channel: string, key: ClaimKey, terms: ClaimTerms): Claimed {
    const claimed = this.#run(() => {
      try {
        return this.#claims.claim(channel, key, terms)
      } catch (error) {
        // What was forgotten on the way is forgotten.
        if (error instanceof BaroError) return error
        throw error
      }
    })
    if (claimed instanceof BaroError) throw claimed
    return claimed
  }

  settle(channel: string, key: ClaimKey, answer: Settlement): Settlement | undefined {
    return this.#run(() => this.#claims.settle(channel, key, answer))
  }

  release(channel: string, key: ClaimKey): void {
    this.#run(() => this.#claims.release(channel, key))
  }

  forgetExpiredClaims(most: number): void {
    this.#run(() => this.#claims.forgetExpired(most))
  }

  /** Trims what became too old, and forgets the channel if nobody used it for so long. Returns whether it is forgotten. */
  sweep(name: string, idleTtlMs: number, isFollowed: boolean): boolean {
    return this.#channel(name, (opened) => {
      if (opened.usedAt === undefined) return false
      const trimmed = opened.stream.trim()
      if (!isFollowed && opened.stream.isIdle(idleTtlMs)) {
        this.#remove(name, opened)
        return true
      }
      if (trimmed > 0) this.#save(name, opened)
      return false
    })
  }

  /** Lets go of history for want of room. Returns how many publications went. */
  letGo(name: string, most: number): number {
    return this.#channel(name, (opened) => {
      const gone = opened.stream.letGo(most)
      if (gone > 0) this.#save(name, opened)
      return gone
    })
  }

  /** Forgets a channel. Whoever still has a position of this life will not find it again in the next one (I4). */
  drop(name: string): void {
    this.#channel(name, (opened) => {
      if (opened.usedAt !== undefined) this.#remove(name, opened)
    })
  }

  /** Names of channels in the order of their last use, from this key on; a channel may be named that was used since. */
  async leastUsed(after: string, limit: number): Promise<readonly { readonly key: string; readonly name: string }[]> {
    const keys = await this.#shelf.keys({ gt: after, lt: endOf('r:'), limit })
    return keys.map((key) => ({ key, name: channelOfRecencyKey(key) }))
  }

  /** Whether this key still says when the channel was used last. */
  isLastUse(name: string, key: string): boolean {
    return this.#channel(name, ({ step, usedAt }) => {
      const isLast = usedAt !== undefined && recencyKey(name, usedAt) === key
      if (!isLast && step.get(key) !== undefined) step.remove(key)
      return isLast
    })
  }

  /** Names of channels, in some order, from this one on. */
  async channels(after: string, limit: number): Promise<readonly string[]> {
    const keys = await this.#shelf.keys({ gt: recordKey(after), lt: endOf('c:'), limit })
    return keys.map((key) => key.slice(2))
  }

  #channel<T>(name: string, work: (opened: Opened) => T): T {
    try {
      return this.#stepOf(name, work)
    } catch (error) {
      if (!(error instanceof DamagedRecord)) throw error
      this.#run((step) => this.#lose(name, step))
      this.#recent.delete(name)
      this.#lost(name, error)
      return this.#stepOf(name, work)
    }
  }

  #stepOf<T>(name: string, work: (opened: Opened) => T): T {
    let opened: Opened | undefined
    const result = this.#run((step) => {
      opened = this.#open(name, step)
      return work(opened)
    })
    if (opened?.leaves === 'record') this.#recent.set(name, opened.stream.record)
    else if (opened?.leaves === 'nothing') this.#recent.delete(name)
    return result
  }

  #open(name: string, step: Step): Opened {
    const elapsed = this.#clock.elapsed()
    const kept = this.#record(name)
    const record = kept ? { ...kept } : emptyRecord(this.#summary.absentEpoch, elapsed)
    return {
      step,
      stream: new Stream(name, record, step, elapsed),
      counted: kept ? footprintOf(kept) : 0,
      usedAt: kept?.usedAt,
      leaves: undefined,
    }
  }

  #record(name: string): ChannelRecord | undefined {
    const recent = this.#recent.get(name)
    if (recent) return recent
    const text = this.#shelf.get(recordKey(name))
    if (text === undefined) return undefined
    const record = recordIn(text)
    this.#recent.set(name, record)
    return record
  }

  #used(name: string, opened: Opened, isChanged: boolean): void {
    const { record } = opened.stream
    if (opened.usedAt === undefined) return
    const elapsed = this.#clock.elapsed()
    if (!isChanged && minuteOf(elapsed) === minuteOf(opened.usedAt)) return
    record.usedAt = elapsed
    this.#save(name, opened)
  }

  #save(name: string, opened: Opened): void {
    const {
      step,
      stream: { record },
      counted,
      usedAt,
    } = opened
    opened.leaves = 'record'
    step.put(recordKey(name), () => recordText(record))
    const [before, after] = [
      usedAt === undefined ? undefined : recencyKey(name, usedAt),
      recencyKey(name, record.usedAt),
    ]
    if (before !== after) {
      if (before !== undefined) step.remove(before)
      step.put(after, '')
    }
    if (usedAt === undefined) this.#summary.channels++
    this.#summary.bytes += footprintOf(record) - counted
  }

  #remove(name: string, opened: Opened): void {
    const { step, stream, counted, usedAt = 0 } = opened
    opened.leaves = 'nothing'
    stream.removeAll()
    step.remove(recordKey(name))
    step.remove(recencyKey(name, usedAt))
    this.#summary.channels--
    this.#summary.bytes -= counted
    this.#summary.absentEpoch = createId(this.#randomness)
  }

  /** Forgets a channel of which not everything can be read: never a guess (I4). */
  #lose(name: string, step: Step): void {
    try {
      const opened = this.#open(name, step)
      if (opened.usedAt !== undefined) this.#remove(name, opened)
    } catch {
      step.remove(recordKey(name))
      this.#summary.channels--
      this.#summary.absentEpoch = createId(this.#randomness)
    }
  }

  /** Tells what has changed in a set. Steps of one turn of the event loop are kept together, so it is one step with the change. */
  #tell<Change extends SetChange>({ change, entry }: SetStep<Change>): Change {
    if (!entry) return change
    const published = { ...entry, id: createId(this.#randomness), time: this.#clock.now() } as unknown as Entry
    const appended = this.append(change.set, [published], membersHistory, {})
    return appended.outcome === 'appended' ? { ...change, delivery: appended.delivery } : change
  }

  #put(key: string, value: object | undefined): void {
    if (value) this.#step?.put(key, JSON.stringify(value))
    else this.#step?.remove(key)
  }

  #keepClaim(name: string, claim: KeptClaim | undefined): void {
    const key = `${claimPrefix}${JSON.stringify(name)}`
    if (claim) this.#step?.put(key, () => claimText(claim))
    else this.#step?.remove(key)
  }

  #keepFirst(): void {
    const step = new Step(this.#shelf)
    // The store looks for the end of the claims through all that was removed behind them, up to the next key: this one.
    step.put(endOf(claimPrefix), '')
    this.#keep(step)
  }

  #run<T>(work: (step: Step) => T): T {
    const step = new Step(this.#shelf)
    const { channels, bytes, absentEpoch } = this.#summary
    this.#step = step
    try {
      const result = work(step)
      if (step.changes.size > 0) this.#keep(step)
      return result
    } catch (error) {
      Object.assign(this.#summary, { channels, bytes, absentEpoch })
      throw error
    } finally {
      this.#step = undefined
    }
  }

  #keep(step: Step): void {
    const { absentEpoch, channels, bytes } = this.#summary
    step.put(summaryKey, () => this.#summaryText(absentEpoch, channels, bytes))
    this.#shelf.keep(step.changes)
  }

  #summaryText(absentEpoch: string, channels: number, bytes: number): string {
    const time = { elapsed: this.#clock.elapsed(), now: this.#clock.now() }
    return JSON.stringify({
      format,
      absentEpoch,
      claimsEpoch: this.#claims.epoch,
      time,
      channels,
      bytes,
    } satisfies Summary)
  }
}
