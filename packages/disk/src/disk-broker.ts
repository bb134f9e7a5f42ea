import { mkdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { inspect } from 'node:util'
import { BaroError } from '@baro/core'
import {
  type Appended,
  type Broker,
  type Cancel,
  consoleLog,
  type Delivery,
  defaultClaimLimits,
  Followers,
  Leads,
  NodeListeners,
  pooledRandomness,
  type Report,
  singleNodeDefaults,
  systemClock,
} from '@baro/core/broker'
import { checkedOptions } from '@baro/core/protocol'
import { DamagedStore, StoreFailed } from './damage/damage.ts'
import { type JournalFiles, journalFiles } from './journal/journal-files.ts'
import type { Ledger } from './ledger.ts'
import { lock } from './lock.ts'
import { type OpenLedger, openLedger } from './open-ledger.ts'
import { type DiskBrokerOptions, optionRules } from './options.ts'
import { makeRoom, type RoomBounds } from './room.ts'
import { warningAboutSeveral } from './several-processes.ts'

/** What a broker on disk holds. */
export interface DiskUsage {
  /** Channels with a record. */
  readonly channels: number
  /** What they take of the disk, estimated. */
  readonly bytes: number
}

/** The broker of a single node, on disk. */
export interface DiskBroker extends Broker {
  /** How full it is: for a page or an alarm of the application. */
  usage(): DiskUsage
}

const sweepIntervalMs = 10_000
/** Until the files are written anew after something was taken back; twice that at most, if more was taken back meanwhile. */
const purgeAfterMs = 10_000
const sweptAtOnce = 1_000
const claimsSweptAtOnce = 10_000
const reopenAfterMs = 1_000
// Channels and bytes beyond the bounds for which an append does not wait.
const mostOverBounds = 9 / 8
const forOneProcess = 'A broker on disk serves one process: stop the other one, or give this one a folder of its own.'

/**
 * Makes the broker of a single node that keeps everything in a folder, so that a restart resets nobody: pages recover, and a
 * publish that was sent again is not published twice. It does not end by itself: `close` it, or end the process.
 *
 * @throws {BaroError} `bad-definition` if an option does not exist, or makes no sense; `unavailable` if another process has the folder and keeps it, or if what is kept is damaged. The message
 * says what to do.
 *
 * @example
 * ```ts
 * const hub = createHub({ channels: [room], broker: await createDiskBroker({ folder: '.baro' }) })
 * ```
 */
export async function createDiskBroker(options: DiskBrokerOptions): Promise<DiskBroker> {
  return createDiskBrokerOver(journalFiles, options)
}

/** As {@link createDiskBroker}, with another way to write. */
export async function createDiskBrokerOver(files: JournalFiles, options: DiskBrokerOptions): Promise<DiskBroker> {
  const {
    folder: given,
    sync = 'os',
    lockWaitMs = 10_000,
    clock = systemClock,
    randomness = pooledRandomness,
    idleTtlMs = singleNodeDefaults.idleTtlMs,
    maxBytes = singleNodeDefaults.mostBytes,
    maxChannels = singleNodeDefaults.maxChannels,
    log = consoleLog,
    ...rest
  } = checkedOptions('createDiskBroker', options, optionRules)
  const claimLimits = { ...defaultClaimLimits, ...rest.claimLimits }
  const folder = resolve(given)
  const bounds: RoomBounds = { maxBytes, maxChannels }
  const report: Report = (sentence, error) => log.error({}, `${sentence} ${inspect(error)}`)
  const followers = new Map<string, Followers>()
  const nodes = new NodeListeners(report)
  const leads = new Leads(clock)
  let current: OpenLedger | undefined
  let closed = false
  let nextSweep: Cancel | undefined
  let nextPurge: Cancel | undefined
  let purging: Promise<void> | undefined
  /** How often something was taken back. */
  let redacted = 0
  let nextTry: Cancel | undefined
  let swept = ''
  let making: Promise<void> | undefined

  const warning = warningAboutSeveral()
  if (warning !== undefined) log.warn({}, warning)
  mkdirSync(folder, { recursive: true })
  // To one of several on purpose a folder of its own would be a world of its own.
  const unlock = await lock(folder, lockWaitMs, clock, warning ?? forOneProcess)
  try {
    current = await open()
  } catch (error) {
    await unlock()
    throw error
  }
  if (current.ledger.usage.channels > 0 || current.ledger.hasClaims) sweepLater()
  if (current.shelf.wantsPurge) purgeLater()

  async function open(): Promise<OpenLedger> {
    const opened = await openLedger(
      { folder, sync, files },
      {
        clock,
        randomness,
        claimLimits,
        lost(channel, damage) {
          log.error({ channel }, `A channel of the broker in ${folder} begins anew: ${damage.message}.`)
          followers.get(channel)?.lost(channel)
        },
      },
    )
    const { tornBytes } = opened.shelf
    if (tornBytes > 0)
      log.warn({}, `The last ${tornBytes} bytes of the journal in ${folder} were not finished, and are left out.`)
    return opened
  }

  function opened(): OpenLedger {
    if (closed) throw new BaroError('unavailable', 'The broker is closed. Make a new one.')
    if (!current)
      throw new BaroError('unavailable', `The broker cannot use ${folder} now, and tries again. See the log.`)
    return current
  }

  /** Does something with what is kept, and waits until what it saw and changed outlives what it is to outlive. */
  async function keeping<T>(work: (ledger: Ledger) => T, after?: (result: T) => void): Promise<T> {
    const at = opened()
    try {
      const result = work(at.ledger)
      const durable = at.shelf.durable()
      if (durable) await durable
      after?.(result)
      afterwards(at)
      return result
    } catch (error) {
      if (!(error instanceof StoreFailed || error instanceof DamagedStore)) throw error
      fail(at, error)
      throw new BaroError('unavailable', `The broker cannot use ${folder} now. See the log.`, { cause: error })
    }
  }

  function afterwards(at: OpenLedger): void {
    sweepLater()
    if (at.shelf.isDue) at.shelf.move().catch((error) => fail(at, error))
    if (!isTight(at)) return
    making ??= makeRoomIn(at)
      .catch((error) => fail(at, error))
      .finally(() => {
        making = undefined
      })
  }

  function isTight({ ledger }: OpenLedger, slack = 1): boolean {
    return ledger.usage.channels > slack * maxChannels || ledger.usage.bytes > slack * maxBytes
  }

  /** Who fills the disk faster than room can be made waits for it, each time before it appends. */
  function room(): Promise<void> | undefined {
    return current && making && isTight(current, mostOverBounds) ? making : undefined
  }

  async function makeRoomIn(at: OpenLedger): Promise<void> {
    // What is appended meanwhile may be too much again.
    for (let before = -1; isTight(at) && at.ledger.usage.bytes !== before && current === at; ) {
      before = at.ledger.usage.bytes
      await at.shelf.move()
      await makeRoom(at.ledger, bounds, (name) => followers.has(name), lostChannel)
    }
  }

  function lostChannel(name: string): void {
    followers.get(name)?.lost(name)
  }

  function sweepLater(): void {
    if (!closed) nextSweep ??= clock.after(sweepIntervalMs, () => void sweep())
  }

  async function sweep(): Promise<void> {
    nextSweep = undefined
    const at = current
    if (!at) return
    try {
      at.ledger.forgetExpiredClaims(claimsSweptAtOnce)
      await at.shelf.move()
      const names = await at.ledger.channels(swept, sweptAtOnce)
      swept = names.length === sweptAtOnce ? (names.at(-1) ?? '') : ''
      if (closed || current !== at) return
      for (const name of names) if (at.ledger.sweep(name, idleTtlMs, followers.has(name))) lostChannel(name)
      if (at.ledger.usage.channels > 0 || at.ledger.hasClaims) sweepLater()
    } catch (error) {
      fail(at, error)
    }
  }

  /** The state without what was taken back is written a little later, so the files are not written anew at once. */
  function purgeLater(): void {
    if (closed || nextPurge || purging) return
    const before = redacted
    nextPurge = clock.after(purgeAfterMs, () => {
      nextPurge = undefined
      purging = purge(before).finally(() => {
        purging = undefined
        if (current?.shelf.wantsPurge) purgeLater()
      })
    })
  }

  /** What was taken back since the wait began may be in a state that is not replaced yet: then it is done once more. */
  async function purge(before: number): Promise<void> {
    const at = current
    try {
      await at?.shelf.purge(() => redacted === before)
    } catch (error) {
      if (at) fail(at, error)
    }
  }

  /** Nobody knows what the store has now, so it is opened again, and everybody reads again (I2). */
  function fail(at: OpenLedger, error: unknown): void {
    if (current !== at || closed) return
    current = undefined
    report(`The broker cannot use ${folder}. It tries again each second.`, error)
    at.shelf.abandon().then(tryLater, tryLater)
  }

  function tryLater(): void {
    if (!closed) nextTry = clock.after(reopenAfterMs, () => void tryAgain())
  }

  async function tryAgain(): Promise<void> {
    nextTry = undefined
    try {
      const again = await open()
      if (closed) return await again.shelf.close()
      current = again
    } catch (error) {
      report(`The broker cannot open ${folder}. It tries again each second.`, error)
      return tryLater()
    }
    log.info({}, `The broker writes to ${folder} again.`)
    if (current?.shelf.wantsPurge) purgeLater()
    for (const [name, one] of [...followers]) one.lost(name)
    nodes.lost()
  }

  function deliver(delivery: Delivery): void {
    followers.get(delivery.channel)?.deliver(delivery)
  }

  return {
    append(name, entries, within, options = {}) {
      const append = () =>
        keeping(
          (ledger): Appended => ledger.append(name, entries, within, options),
          (appended) => {
            if (appended.outcome === 'appended') deliver(appended.delivery)
          },
        )
      return room()?.then(append) ?? append()
    },

    redact: (name, place, tombstone, entry, within) =>
      keeping(
        (ledger) => {
          const delivery = ledger.redact(name, place, tombstone, entry, within)
          if (delivery) current?.shelf.wantPurge()
          return delivery
        },
        (delivery) => {
          if (!delivery) return
          redacted++
          purgeLater()
          deliver(delivery)
        },
      ),

    read: (name, range) => keeping((ledger) => ledger.read(name, range)),

    heads: (names) => keeping((ledger) => names.map((name) => ledger.head(name))),

    async follow(name, follower) {
      opened()
      const of = followers.get(name) ?? new Followers(report)
      followers.set(name, of)
      const stop = of.add(follower)
      return () => {
        stop()
        if (of.isEmpty && followers.get(name) === of) followers.delete(name)
      }
    },

    async signal(signal) {
      opened()
      followers.get(signal.channel)?.signal(signal)
    },

    claimsEpoch: () => keeping((ledger) => ledger.claimsEpoch),

    claim: (channel, key, terms) => keeping((ledger) => ledger.claim(channel, key, terms)),

    settle: (channel, key, answer) => keeping((ledger) => ledger.settle(channel, key, answer)),

    release: (channel, key) => keeping((ledger) => ledger.release(channel, key)),

    readCheckpoint: (name, version) => keeping((ledger) => ledger.readCheckpoint(name, version)),

    writeCheckpoint: (name, checkpoint) => keeping((ledger) => ledger.writeCheckpoint(name, checkpoint)),

    presence: {
      key: () => keeping((ledger) => ledger.guestKey()),
      touch: (set, node, touch, terms) =>
        keeping(
          (ledger) => ledger.touch(set, node, touch, terms),
          ({ delivery }) => {
            if (delivery) deliver(delivery)
          },
        ),
      expire: (node, number) =>
        keeping(
          (ledger) => ledger.expire(node, number),
          (changes) => {
            for (const { delivery } of changes) if (delivery) deliver(delivery)
          },
        ),
      members: (set, { after, limit }) => keeping((ledger) => ledger.members(set, after, limit)),
    },

    // Nothing of it outlives the process, which is the only one that works with the folder.
    leadership: {
      lead(work, by, terms) {
        opened()
        return leads.lead(work, by, terms)
      },
      resign: (work, by) => leads.resign(work, by),
    },

    async tell(message) {
      opened()
      nodes.tell(message)
    },

    async hear(listener) {
      opened()
      return nodes.add(listener)
    },

    async close() {
      if (closed) return
      closed = true
      nextSweep?.()
      nextPurge?.()
      await purging
      nextTry?.()
      await making
      await current?.shelf.close()
      await unlock()
    },

    usage: () => current?.ledger.usage ?? { channels: 0, bytes: 0 },
  }
}
