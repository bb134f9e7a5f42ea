import { inspect } from 'node:util'
import { BaroError, type Member } from '@baro/core'
import {
  type Appended,
  type Broker,
  type Cancel,
  type Claimed,
  type ClaimKey,
  consoleLog,
  defaultClaimLimits,
  pooledRandomness,
  type Report,
  type SetChange,
  type Settlement,
  systemClock,
} from '@baro/core/broker'
import {
  type AtPosition,
  checkedOptions,
  checkOf,
  createId,
  membersChannel,
  membersHistory,
  orThrow,
  ownerOf,
  parseJson,
  positionAt,
} from '@baro/core/protocol'
import { Attempts, type End } from './attempts.ts'
import { Audience, nodeText, signalText } from './audience.ts'
import { Buckets, bucketCount } from './bucket.ts'
import { ClaimRoom } from './claim-room.ts'
import { Heartbeat } from './heartbeat.ts'
import { Life } from './life.ts'
import { Bundles } from './link/bundles.ts'
import { Connection } from './link/connection.ts'
import { Pace } from './link/pace.ts'
import { namesBeginWith } from './link/place.ts'
import type { Reply } from './link/wire.ts'
import { optionRules, type RedisBrokerOptions } from './options.ts'
import {
  checkIn,
  checkText,
  deliveryOf,
  deliveryTo,
  entryArgs,
  jsonOf,
  publicationIn,
  tombstoneArgs,
} from './publication-text.ts'
import { append } from './scripts/append.ts'
import { abandon, claim, forgo, release, settle } from './scripts/claim.ts'
import { lead, resign } from './scripts/lead.ts'
import { expire, touch } from './scripts/presence.ts'
import { publish } from './scripts/publish.ts'
import { heads, pageOfMembers, read, readMembers, readState } from './scripts/read.ts'
import { redact } from './scripts/redact.ts'
import { sweep, writeState } from './scripts/write-state.ts'

/** The broker of many nodes, over Redis. */
export interface RedisBroker extends Broker {
  /** `degraded` while Redis, or a part of it, is away: for a health check of the application. */
  health(): 'ready' | 'degraded'
}

/** What a test gives in place of the machine. */
export interface RedisBrokerParts {
  /** The time of what is kept. Default: the time of Redis. */
  readonly now?: () => number
  /** How many buckets there are. */
  readonly buckets?: number
  /** Where a server of a cluster is reached, by where it says it is. */
  readonly reach?: (address: string) => { readonly host: string; readonly port: number }
}

const sweepIntervalMs = 10_000
const sweptAtOnce = 32
const ended: Settlement = {
  code: 'unknown-outcome',
  message: 'The server ended while it was at work on this publish. Look before repeating it.',
}
const unbounded = String(Number.MAX_SAFE_INTEGER)

/**
 * Makes the broker of many nodes: one stream for all of them, over Redis or Valkey. No node needs sticky sessions.
 *
 * @throws {BaroError} `bad-definition` if an option does not exist or makes no sense, or if Redis cannot be used as it is: the message says
 * what to do; `unavailable` if Redis is not there within `waitMs`.
 *
 * @example
 * ```ts
 * const hub = createHub({ channels: [room], broker: await createRedisBroker({ url: 'redis://10.0.0.5:6379' }) })
 * ```
 */
export async function createRedisBroker(options: RedisBrokerOptions = {}): Promise<RedisBroker> {
  return createRedisBrokerOver({}, options)
}

/** As {@link createRedisBroker}, with other parts. */
export async function createRedisBrokerOver(
  { now, reach, buckets: count = bucketCount }: RedisBrokerParts,
  options: RedisBrokerOptions,
): Promise<RedisBroker> {
  const {
    url = 'redis://127.0.0.1:6379',
    cluster,
    prefix = 'baro',
    waitMs = 5_000,
    compareMs = 3_000,
    idleTtlMs = 24 * 3_600_000,
    clock = systemClock,
    randomness = pooledRandomness,
    log = consoleLog,
    ...rest
  } = checkedOptions('createRedisBroker', options, optionRules)
  const report: Report = (sentence, error) => log.error({}, `${sentence} ${inspect(error)}`)
  const room = new ClaimRoom(clock, { ...defaultClaimLimits, ...rest.claimLimits })
  const attempts = new Attempts(randomness)
  const { node } = attempts
  let isClosed = false
  let nextSweep: Cancel | undefined
  let sweptTo = 0

  const connection = new Connection({
    ...{ url, cluster, reach, waitMs, clock, randomness, log, repair, evicting: 'never' },
    heard(name, message) {
      try {
        audience.heard(name, message)
      } catch (error) {
        report(`A message of Redis on ${name} is none of ours.`, error)
      }
    },
    missed: () => audience.lost(),
  })
  const { wire, link } = connection
  const buckets = new Buckets(namesBeginWith(url, cluster, prefix), count)
  const life = new Life(link, buckets, randomness)
  const bundled = { wire, link, pace: new Pace(clock), time, repair: () => repair() }
  const claims = new Bundles(claim, 'repeatable', bundled)
  const appends = new Bundles(append, 'once', bundled)
  const keyFor = (channel: string): string => buckets.keyFor(channel)
  const heartbeat = new Heartbeat(
    link,
    clock,
    node,
    (one) => `${buckets.key(0)}:n:${one}`,
    () => {
      attempts.endOwed()
    },
  )
  const nodes = `${buckets.key(0)}:nodes`
  const audience = new Audience({
    ...{ wire, clock, report, waitMs, compareMs, nodes },
    nameOf: (channel) => `${keyFor(channel)}:s:${channel}`,
    heads: headsOf,
  })

  /** Whoever follows must not wait for a comparison of heads: what it has may be of a life that is over (I4). */
  async function repair(): Promise<void> {
    await life.repair()
    if (connection.isOpen) audience.lost()
  }

  try {
    await connection.open(async () => {
      await life.repair()
      await heartbeat.start()
    })
  } catch (error) {
    heartbeat.stop()
    throw error
  }
  sweepLater()

  function time(): string {
    return now ? String(now()) : ''
  }

  async function headsOf(channels: readonly string[]): Promise<readonly AtPosition[]> {
    const byBucket = new Map<string, number[]>()
    for (const [index, channel] of channels.entries()) {
      const key = keyFor(channel)
      const inBucket = byBucket.get(key)
      if (inBucket) inBucket.push(index)
      else byBucket.set(key, [index])
    }
    const found: AtPosition[] = []
    await Promise.all(
      [...byBucket].map(async ([key, indexes]) => {
        const names = indexes.map((index) => channels[index] ?? '')
        const reply = texts(await link.run(heads, key, [time(), ...names], 'repeatable'))
        for (const [at, index] of indexes.entries()) found[index] = positionIn(reply, at * 3)
      }),
    )
    return found
  }

  function sweepLater(): void {
    if (!isClosed) nextSweep = clock.after(sweepIntervalMs, () => void sweepSome())
  }

  async function sweepSome(): Promise<void> {
    const swept = Array.from({ length: Math.min(sweptAtOnce, count) }, () => {
      sweptTo = (sweptTo + 1) % count
      return link.run(
        sweep,
        buckets.key(sweptTo),
        [time(), String(Math.min(idleTtlMs, Number.MAX_SAFE_INTEGER))],
        'repeatable',
      )
    })
    await Promise.allSettled(swept)
    sweepLater()
  }

  /** Whether nobody is at work on a claim any more, because who was has let go of it, or has ended. Then it is open, or answered. */
  async function isAbandoned(channel: string, name: string, attempt: string): Promise<boolean> {
    if (attempts.isOver(attempt)) {
      await attempts.end(attempt, giveBack(channel, name, attempt))
      return true
    }
    if (await heartbeat.isAlive(attempt.split('.')[0] ?? '')) return false
    await answerFor(channel, name, attempt, ended)()
    return true
  }

  /** What ends an attempt that has done nothing. */
  function giveBack(channel: string, name: string, attempt: string): End {
    return () => link.run(forgo, keyFor(channel), [time(), name, attempt], 'repeatable')
  }

  /** What ends one that came to this. */
  function answerFor(channel: string, name: string, attempt: string, answer: Settlement): End {
    return () => link.run(abandon, keyFor(channel), [time(), name, attempt, JSON.stringify(answer)], 'repeatable')
  }

  /** What tells a change of a set. */
  function tellingArgs(): readonly string[] {
    const id = createId(randomness)
    const { size, ttlMs, bytes } = membersHistory
    return [id, checkText(checkOf(id)), String(clock.now()), bound(size), bound(ttlMs), bound(bytes)]
  }

  return {
    async append(channel, entries, { size, ttlMs, bytes }, { cursor, checkpoint, settle: settled } = {}) {
      const args = [channel, bound(size), bound(ttlMs), bound(bytes), cursor === undefined ? '' : String(cursor)]
      const claimed = settled ? claimName(channel, settled) : ''
      args.push(claimed, settled ? String(numberOf(settled)) : '')
      if (checkpoint) {
        const { follows, offset, version, state } = checkpoint
        args.push(String(offset), follows.epoch, String(follows.offset), checkText(follows.check))
        args.push(version, jsonOf(state))
      } else args.push('')
      for (const entry of entries) args.push(...entryArgs(entry))
      const [outcome, second = '', ...places] = (await appends.run(keyFor(channel), args)).split('\n')
      if (settled && outcome !== 'fed') attempts.take(claimed, numberOf(settled))
      if (outcome === 'fed') return { outcome: 'fed-already', cursor: Number(second) } satisfies Appended
      if (outcome === 'over')
        return { outcome: 'claim-over', answer: second === '' ? undefined : answerIn(second) } satisfies Appended
      const delivery = deliveryTo(channel, places, entries)
      audience.appended(channel, places, delivery)
      return { outcome: 'appended', delivery, wantsCheckpoint: second === '1' }
    },

    async redact(channel, { offset, check }, tombstone, entry, { size, ttlMs, bytes }) {
      const kept = entryArgs(entry)
      const args = [
        ...[time(), channel, bound(size), bound(ttlMs), bound(bytes), String(offset)],
        ...tombstoneArgs(tombstone),
        ...kept,
        checkText(check),
      ]
      const places = await link.run(redact, keyFor(channel), args, 'once')
      return places === null ? undefined : deliveryOf(channel, texts(places), [kept[2]])
    },

    async read(channel, range) {
      const [kind, asked] = 'after' in range ? (['after', range.after] as const) : (['until', range.until] as const)
      const args = [
        ...[time(), channel, kind, asked === undefined ? '' : String(asked)],
        ...[bound(range.limit), bound(range.bytes)],
      ]
      const reply = texts(await link.run(read, keyFor(channel), args, 'repeatable'))
      const [epoch = '', head, headCheck = '', floor, from = '', firstText, upTo = '', ...found] = reply
      const first = Number(firstText)
      const begins = 'after' in range ? range.after : first - 1
      return {
        epoch,
        head: { offset: Number(head), check: checkIn(headCheck) },
        floor: Number(floor),
        ...(from !== '-' && { from: { offset: begins, check: checkIn(from) } }),
        publications: found.map((text, index) => publicationIn(text, first + index)),
        upTo: { offset: first + found.length - 1, check: checkIn(upTo) },
      }
    },

    heads: headsOf,

    follow: (channel, follower) => audience.follow(channel, follower),

    async signal(signal) {
      const key = keyFor(signal.channel)
      await link.run(publish, key, [`${key}:s:${signal.channel}`, signalText(signal)], 'once')
    },

    claimsEpoch: () => life.claimsEpoch(),

    async claim(channel, key, { windowMs, share, epoch = '' }) {
      const name = claimName(channel, key)
      const isFull = room.take(name, share, windowMs)
      const confirmed = 'turn' in key ? key.turn.confirmed : 0
      const args = [name, String(numberOf(key)), String(confirmed), bound(windowMs), 'turn' in key ? 'turn' : 'id']
      const attempt = attempts.begin()
      args.push(epoch, isFull ? 'full' : '', attempt)
      const ask = async () => (await claims.run(keyFor(channel), args)).split('\n')
      let reply: readonly string[]
      try {
        reply = await ask()
        if (reply[0] === 'pending' && (await isAbandoned(channel, name, reply[3] ?? ''))) reply = await ask()
      } catch (error) {
        // It may have been granted all the same.
        attempts.owe(attempt, giveBack(channel, name, attempt))
        throw error
      }
      if (reply[0] === 'granted') attempts.granted(name, numberOf(key), attempt)
      else attempts.ended(attempt)
      const [outcome, life = '', weight, answer = ''] = reply
      room.keep(name, outcome === 'granted' || outcome === 'pending' || outcome === 'settled' ? Number(weight) : 0)
      if (outcome === 'full') throw isFull
      if (outcome === 'unconfirmed')
        throw new BaroError(
          'rate-limited',
          '1024 answers of one producer are not confirmed. Confirm them and try again.',
        )
      return outcome === 'settled'
        ? { epoch: life, outcome, answer: answerIn(answer) }
        : ({ epoch: life, outcome } as Claimed)
    },

    async settle(channel, key, answer) {
      const name = claimName(channel, key)
      const attempt = attempts.take(name, numberOf(key))
      const args = [time(), name, String(numberOf(key)), JSON.stringify(answer)]
      const kept = await link.run(settle, keyFor(channel), args, 'repeatable').catch((error) => {
        if (attempt !== undefined) attempts.owe(attempt, answerFor(channel, name, attempt, answer))
        throw error
      })
      return typeof kept === 'string' ? answerIn(kept) : undefined
    },

    async release(channel, key) {
      const name = claimName(channel, key)
      const attempt = attempts.take(name, numberOf(key))
      await link.run(release, keyFor(channel), [time(), name, String(numberOf(key))], 'repeatable').catch((error) => {
        if (attempt !== undefined) attempts.owe(attempt, giveBack(channel, name, attempt))
        throw error
      })
      if (!('turn' in key)) room.keep(name, 0)
    },

    async readCheckpoint(channel, version) {
      const key = keyFor(channel)
      if (ownerOf(channel)?.is === 'members') {
        const reply = await link.run(readMembers, key, [time(), channel], 'repeatable')
        const [, , , count, list] = reply as readonly [string, string, string, number, string]
        const state = list === '' ? { count } : { count, list: valueIn(list) }
        return { position: positionIn(reply as readonly string[], 0), version: membersChannel.version, state }
      }
      const reply = await link.run(readState, key, [time(), channel, version], 'repeatable')
      if (reply === null) return undefined
      const [, , , state = ''] = texts(reply)
      return { position: positionIn(texts(reply), 0), version, state: valueIn(state) }
    },

    async writeCheckpoint(channel, { position: { epoch, offset, check }, version, state }) {
      if (ownerOf(channel)?.is === 'members') return
      const args = [time(), channel, epoch, String(offset), checkText(check), version, jsonOf(state)]
      await link.run(writeState, keyFor(channel), args, 'repeatable')
    },

    presence: {
      async key() {
        return life.guestKey
      },
      async touch(set, by, { number, held, released }, { leaseMs, maxListed = -1 }) {
        const args = [
          ...[time(), set, by, bound(leaseMs), bound(maxListed), ...tellingArgs(), String(number), String(held.length)],
          ...held.flatMap(({ id, user, alias, state }) => [
            ...[id, JSON.stringify(id), knownBy('user', user) + knownBy('alias', alias), jsonOf(state)],
          ]),
          ...released,
        ]
        const reply = await link.run(touch, keyFor(set), args, 'repeatable')
        const [known, joined, left, ...told] = reply as readonly [number, string, string, ...string[]]
        return { wasKnown: known === 1, ...changeIn(set, joined, left, told) }
      },
      async expire(by, number) {
        const args = [time(), ...tellingArgs(), by, String(number)]
        const all = buckets.keys.map((key) => link.run(expire, key, args, 'repeatable'))
        const found: SetChange[] = []
        for (const reply of await Promise.all(all)) {
          const lines = texts(reply)
          for (let at = 0; at < lines.length; at += 8) {
            const [set = '', left = '', ...told] = lines.slice(at, at + 8)
            found.push(changeIn(set, '[]', left, told[0] === '' ? [] : told))
          }
        }
        return found
      },
      async members(set, { after = '', limit }) {
        const reply = await link.run(pageOfMembers, keyFor(set), [time(), set, after, String(limit)], 'repeatable')
        const [more, members] = reply as readonly [number, string]
        return { members: membersIn(members), ...(more === 1 && { more: true as const }) }
      },
    },

    leadership: {
      async lead(work, by, { leaseMs, above = 0 }) {
        const args = [time(), work, by, bound(leaseMs), bound(above)]
        const reply = await link.run(lead, keyFor(work), args, 'repeatable')
        return typeof reply === 'string'
          ? { leads: true, cursor: Number(reply) }
          : { leads: false, leftMs: reply as number }
      },
      async resign(work, by) {
        await link.run(resign, keyFor(work), [time(), work, by], 'repeatable')
      },
    },

    async tell(message) {
      await link.run(publish, buckets.key(0), [nodes, nodeText(message)], 'repeatable')
    },

    hear: (told) => audience.hear(told),

    async close() {
      if (isClosed) return
      isClosed = true
      nextSweep?.()
      heartbeat.stop()
      audience.close()
      connection.close()
    },

    health: () => (connection.isAway ? 'degraded' : 'ready'),
  }
}

// No channel name, producer or id holds a line feed. A scope may hold anything, so it comes last.
function claimName(channel: string, key: ClaimKey): string {
  return 'turn' in key
    ? `${channel}\nturn\n${key.turn.producer}\n${key.scope}`
    : `${channel}\nid\n${key.id}\n${key.scope}`
}

function numberOf(key: ClaimKey): number {
  return 'turn' in key ? key.turn.number : 1
}

function knownBy(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`
}

function bound(value: number): string {
  return value > Number.MAX_SAFE_INTEGER ? unbounded : String(value)
}

function texts(reply: Reply): readonly string[] {
  return reply as readonly string[]
}

function positionIn(reply: readonly string[], at: number): AtPosition {
  return positionAt(reply[at] ?? '', { offset: Number(reply[at + 1]), check: checkIn(reply[at + 2] ?? '') })
}

function answerIn(text: string): Settlement {
  return JSON.parse(text) as Settlement
}

function valueIn(text: string) {
  return orThrow(parseJson(text))
}

function membersIn(text: string): readonly Member[] {
  return valueIn(text) as unknown as readonly Member[]
}

function changeIn(set: string, joined: string, left: string, told: readonly string[]): SetChange {
  const [text] = told.slice(5)
  return {
    ...{ set, joined: membersIn(joined), left: membersIn(left) },
    ...(text !== undefined && { delivery: deliveryOf(set, told, [text]) }),
  }
}
