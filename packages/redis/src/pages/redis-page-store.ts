import { inspect } from 'node:util'
import { BaroError } from '@baro/core'
import { consoleLog, type KeptPage, type PageStore, pooledRandomness, systemClock } from '@baro/core/broker'
import { checkedOptions, createId, milliseconds, type OptionRules, whole } from '@baro/core/protocol'
import { Connection } from '../link/connection.ts'
import { namesBeginWith, placeRules, type RedisPlace } from '../link/place.ts'
import type { Argument, Reply } from '../link/wire.ts'
import {
  dropPage,
  leasePage,
  markPages,
  marksSince,
  purgePages,
  readPage,
  releasePage,
  writePage,
} from '../scripts/pages.ts'
import { Marks } from './marks.ts'
import { type NearPage, NearPages } from './near-pages.ts'
import { aboutText, pageOf } from './page-text.ts'

/** What `createRedisPageStore` takes. */
export interface RedisPageStoreOptions extends RedisPlace {
  /**
   * For how long a call waits while Redis is away, in milliseconds; then the node serves the copy that it has, or renders. A connection that
   * is silent for so long is given up. Default 1,000 ms.
   */
  readonly waitMs?: number
  /** Bytes of all pages in Redis together. Those that were not read for the longest time go. Default 256 MiB. */
  readonly maxBytes?: number
  /** Bytes of the copies that this node has in memory. Default 64 MiB. */
  readonly maxNearBytes?: number
  /** For how long a page stays in Redis that nobody asks for, in milliseconds. Default 24 hours. */
  readonly idleTtlMs?: number
}

/** What a test gives in place of the machine. */
export interface RedisPageStoreParts {
  /** The time of leases and marks. Default: the time of Redis. */
  readonly now?: () => number
  /** By which copies grow old. Default: the clock. */
  readonly elapsed?: () => number
}

const rules: OptionRules<RedisPageStoreOptions> = {
  ...placeRules,
  waitMs: milliseconds(),
  maxBytes: whole('bytes'),
  maxNearBytes: whole('bytes'),
  idleTtlMs: milliseconds(),
}

/** For how long a copy is handed out without a look whether Redis has another one. */
const seenWithinMs = 1_000
const mostTags = 10_000
/** Pages that are looked at in one go while some are purged: Redis does nothing else meanwhile. */
const purgedAtOnce = 500
/** What a page takes beside its bytes and texts, about. */
const bytesPerPage = 1_024
const mostAsked = 10_000

/**
 * Keeps pages in Redis, for all nodes: what one has rendered the others serve. Each node has copies in its memory, so a hit asks Redis at
 * most once a second. What another node has marked counts at once where pub/sub tells it, and within a second in any case.
 *
 * It may be the Redis of the broker or another one, which may evict keys: a page that is lost is rendered again.
 *
 * @throws {BaroError} `bad-definition` if an option does not exist or makes no sense, or if Redis cannot be used as it is; `unavailable` if
 * Redis is not there within `waitMs`.
 *
 * @example
 * ```ts
 * const url = 'redis://10.0.0.5:6379'
 * const [broker, pageStore] = [await createRedisBroker({ url }), await createRedisPageStore({ url })]
 * const hub = createHub({ channels: [room], broker, pageStore })
 * ```
 */
export async function createRedisPageStore(options: RedisPageStoreOptions = {}): Promise<PageStore> {
  return createRedisPageStoreOver({}, options)
}

/** As {@link createRedisPageStore}, with other parts. */
export async function createRedisPageStoreOver(
  parts: RedisPageStoreParts,
  options: RedisPageStoreOptions,
): Promise<PageStore> {
  const {
    url = 'redis://127.0.0.1:6379',
    cluster,
    prefix = 'baro',
    waitMs = 1_000,
    maxBytes = 256 << 20,
    maxNearBytes = 64 << 20,
    idleTtlMs = 24 * 3_600_000,
    clock = systemClock,
    randomness = pooledRandomness,
    log = consoleLog,
  } = checkedOptions('createRedisPageStore', options, rules)
  const elapsed = parts.elapsed ?? (() => clock.elapsed())
  const key = `${namesBeginWith(url, cluster, prefix)}{pages}`
  const node = createId(randomness)
  const near = new NearPages(maxNearBytes)
  const reading = new Map<string, Promise<KeptPage | undefined>>()
  /** Pages that somebody renders, and until when: another node may write one at any moment. */
  const awaited = new Map<string, number>()
  let writes = 0
  const connection = new Connection({
    ...{ url, cluster, waitMs, clock, randomness, log, evicting: 'allowed' },
    heard(name, message) {
      try {
        marks.heard(message)
      } catch (error) {
        log.error({}, `A message of Redis on ${name} is none of ours. ${inspect(error)}`)
      }
    },
    missed: () => marks.doubt(),
    // Nothing of it is missed: what is lost is rendered again.
    repair: async () => {},
  })
  const { link, wire } = connection
  const marks: Marks = new Marks({
    ...{ elapsed, goodForMs: seenWithinMs, mostTags },
    async since(number) {
      const [last, forgotten, ...told] = texts(await link.run(marksSince, key, [time(), String(number)], 'repeatable'))
      const tags: [string, number][] = []
      for (let at = 0; at < told.length; at += 2) tags.push([told[at] ?? '', Number(told[at + 1])])
      return { last: Number(last), forgotten: Number(forgotten), tags }
    },
  })
  await connection.open(async () => {
    await wire.subscribe(`${key}:m`)
    await marks.ask()
  })

  function time(): string {
    return parts.now ? String(parts.now()) : ''
  }

  /** What Redis has, or the same as before. */
  async function ask(page: string, known: NearPage | undefined): Promise<KeptPage | undefined> {
    const args = [time(), page, known?.version ?? '', String(idleTtlMs)]
    const began = elapsed()
    const reply = await link.run(readPage, key, args, 'repeatable', 'as bytes')
    if (reply === 1 && known) {
      known.checkedAtMs = began
      return known.page
    }
    if (!Array.isArray(reply)) {
      near.delete(page)
      return undefined
    }
    // What was waited for has come.
    if (known) awaited.delete(page)
    const [version, renderedAt, about, ...named] = reply as readonly Uint8Array[]
    const found: Record<string, Uint8Array> = {}
    for (let at = 0; at < named.length; at += 2) found[textOf(named[at])] = own(named[at + 1])
    const kept = pageOf(textOf(renderedAt), textOf(about), found)
    near.set(page, { page: kept, version: textOf(version), bytes: bytesOf(page, kept), checkedAtMs: began })
    return kept
  }

  return {
    read(page) {
      const known = near.get(page)
      if (known) {
        const isAwaited = (awaited.get(page) ?? Number.NEGATIVE_INFINITY) > elapsed()
        // Its positions and marks say whether it is current, so an older copy does no harm.
        if (connection.isAway || (!isAwaited && elapsed() - known.checkedAtMs < seenWithinMs)) return known.page
      }
      const before = reading.get(page)
      if (before) return before
      const answer = ask(page, known).catch((error: unknown) => {
        if (known) return known.page
        throw error
      })
      reading.set(page, answer)
      const over = () => {
        if (reading.get(page) === answer) reading.delete(page)
      }
      answer.then(over, over)
      return answer
    },

    async write(page, kept) {
      const version = `${node}.${++writes}`
      const bytes = bytesOf(page, kept)
      const args: Argument[] = [time(), page, version, String(kept.renderedAt), String(bytes), String(maxBytes)]
      args.push(String(idleTtlMs), aboutText(kept))
      for (const [name, part] of Object.entries(kept.parts)) args.push(name, buffer(part))
      const began = elapsed()
      const isKept = (await link.run(writePage, key, args, 'repeatable')) === 1
      reading.delete(page)
      if (isKept) near.set(page, { page: kept, version, bytes, checkedAtMs: began })
      else near.delete(page)
    },

    async drop(page) {
      near.delete(page)
      await link.run(dropPage, key, [time(), page], 'repeatable')
    },

    async lease(page, ms) {
      // Whoever wants to render must know what the others have, and from now on they may have it at any moment.
      awaited.delete(page)
      awaited.set(page, elapsed() + ms)
      for (const [oldest] of awaited) {
        if (awaited.size <= mostAsked) break
        awaited.delete(oldest)
      }
      reading.delete(page)
      return (await link.run(leasePage, key, [time(), page, node, String(Math.ceil(ms))], 'once')) === 1
    },

    async release(page) {
      awaited.delete(page)
      await link.run(releasePage, key, [time(), page, node], 'repeatable')
    },

    async lastMark() {
      await marks.ask()
      return marks.last
    },

    async mark(tags) {
      const args = [time(), String(mostTags), ...tags]
      const [number, before] = texts(await link.run(markPages, key, args, 'repeatable'))
      marks.came(Number(number), Number(before), tags)
    },

    marksOf: (tags) => (marks.isGood ? marks.of(tags) : marks.ask().then(() => marks.of(tags))),

    async purge(tags) {
      near.purge(new Set(tags))
      reading.clear()
      const written = tags.map((tag) => JSON.stringify(tag))
      for (let from = '0', isBegun = false; from !== '0' || !isBegun; isBegun = true)
        from = String(await link.run(purgePages, key, [time(), String(purgedAtOnce), from, ...written], 'repeatable'))
    },

    close() {
      near.clear()
      connection.close()
    },
  }
}

function texts(reply: Reply): readonly string[] {
  return reply as readonly string[]
}

function textOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) throw new BaroError('unavailable', 'A page in Redis is not whole.')
  return buffer(bytes).toString()
}

/** What came with others in one piece would keep all of them in memory. */
function own(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) throw new BaroError('unavailable', 'A page in Redis is not whole.')
  return bytes.buffer.byteLength > 2 * bytes.length ? Uint8Array.from(bytes) : bytes
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function bytesOf(key: string, page: KeptPage): number {
  let bytes = bytesPerPage + key.length + aboutText(page).length
  for (const part of Object.values(page.parts)) bytes += part.length
  return bytes
}
