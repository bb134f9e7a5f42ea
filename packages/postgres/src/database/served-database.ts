/** A database that serves one hub: the feed, a ring for each table, and the rows at a snapshot. */
import { BaroError, type Json } from '@baro/core'
import type {
  DatabaseChannel,
  DatabaseEntry,
  DatabaseParts,
  HistoryBounds,
  OpenDatabase,
  Queried,
  StreamSource,
} from '@baro/core/broker'
import { formatPosition, maxPositionLength, type QueriedPosition, quote } from '@baro/core/protocol'
import { asDatabaseError } from '../driver/database-error.ts'
import type { CaptureKind } from '../feed/capture.ts'
import { chooseCapture } from '../feed/choose-capture.ts'
import { DatabaseFeed } from '../feed/database-feed.ts'
import { schema } from '../feed/schema.ts'
import { TriggerCapture } from '../feed/trigger-capture.ts'
import type { PostgresDriver } from '../ports/driver.ts'
import { xidOf } from '../publish/publish.ts'
import type { QueriedRows } from '../queried.ts'
import { ReplicationCapture } from '../replication/replication-capture.ts'
import { FeedPassing, rowsAfter, type Sees } from '../ring/rows-after.ts'
import { RingView, TableRing } from '../ring/table-ring.ts'
import { type DatabaseSnapshot, sees } from '../snapshot/database-snapshot.ts'
import { readRows } from '../snapshot/read-rows.ts'
import { rowsState } from '../state/rows-state.ts'
import { type TableDefinition, tableOf } from '../table/table.ts'

/** How long somebody waits for what was published in a transaction. */
const publishedTimeoutMs = 10_000

/** How it serves, each option given. */
export interface ServedOptions {
  readonly feed: CaptureKind | 'auto'
  readonly notifies: boolean
  readonly pollIntervalMs: number
  readonly careIntervalMs: number
  readonly maxRows: number
  /** What a snapshot sees. A test replaces it, to show that it is needed. */
  readonly isSeen: Sees
}

/** One table, as this node reads it. */
interface ServedRing {
  readonly ring: TableRing
  readonly passing: FeedPassing
  begun(): Promise<void>
}

export class ServedDatabase implements OpenDatabase {
  readonly #driver: PostgresDriver
  readonly #parts: DatabaseParts
  readonly #options: ServedOptions
  readonly #feed: DatabaseFeed
  readonly #rings = new Map<string, ServedRing>()
  #epoch: string | undefined
  /** The last channel that was fed and is none of this hub: it is told once. */
  #foreign: string | undefined

  constructor(driver: PostgresDriver, options: ServedOptions, parts: DatabaseParts) {
    this.#driver = driver
    this.#parts = parts
    this.#options = options
    const { broker, clock, log, randomness, channels } = parts
    const tables = channels.flatMap((definition) => {
      const table = tableOf(definition)
      return table ? [{ ...table, history: definition.history }] : []
    })
    const { notifies, pollIntervalMs, careIntervalMs } = options
    this.#feed = new DatabaseFeed({
      captures: { triggers: new TriggerCapture(driver), replication: new ReplicationCapture(driver) },
      choose: (feed) => chooseCapture({ driver, log, tables }, options.feed, feed),
      publish: (channel, entries, cursor, history) => this.#publish(channel, entries, cursor, history),
      driver,
      broker,
      clock,
      log,
      randomness,
      tables,
      notifies,
      pollIntervalMs,
      careIntervalMs,
    })
    for (const table of tables) {
      const begunAnew = () => {
        this.#epoch = undefined
      }
      const ring = new TableRing({ broker, clock, log, table, begunAnew })
      this.#rings.set(table.name, {
        ...{ ring, passing: new FeedPassing(this.#feed, ring) },
        begun: onceDone(() => this.#begun(ring)),
      })
    }
    this.#feed.start()
  }

  sourceOf({ channel, params, definition, snapshot }: DatabaseChannel): StreamSource | undefined {
    const table = tableOf(definition)
    const found = table && this.#rings.get(table.name)
    if (!table || !found) return undefined
    const { ring, passing, begun } = found
    const { conditions: conditionsOf, window: windowOf } = definition as unknown as TableDefinition
    const named = params as { filter: string }
    const [conditions, window] = [conditionsOf(named), windowOf(named)]
    const view = new RingView(channel, ring, conditions)
    const signals = (follower: Parameters<StreamSource['follow']>[0]) =>
      this.#parts.broker.follow(channel, { deliver() {}, signal: (signal) => follower.signal(signal), lost() {} })
    return {
      async read(range) {
        await begun()
        return view.read(range)
      },
      async head() {
        await begun()
        return view.head()
      },
      async follow(follower) {
        const stops = await Promise.all([view.follow(follower), signals(follower)])
        return () => {
          for (const stop of stops) stop()
        }
      },
      resolve: async (position) =>
        (await this.#isOfThisLife(position))
          ? rowsAfter(passing, ring, view, snapshotOf(position), this.#parts.catchUpBytes, this.#options.isSeen)
          : undefined,
      query: async (): Promise<Queried> => {
        try {
          await this.#feed.ready(table.name)
          const read = (snapshot as QueriedRows | undefined)?.read
          const {
            epoch,
            snapshot: at,
            rows,
          } = await readRows(this.#driver, table, this.#options.maxRows, read, { channel, params, conditions, window })
          this.#lives(epoch)
          return {
            position: this.#positionOf({ kind: 'queried', epoch, ...textsOf(at) }),
            value: rowsState(table, window, rows) as unknown as Json,
          }
        } catch (error) {
          throw asDatabaseError(error, `The rows of ${quote(channel)} cannot be read`)
        }
      },
    }
  }

  async published(id: string): Promise<void> {
    const xid = xidOf(id)
    const only: DatabaseSnapshot = { xmin: xid, xmax: xid + 1n, xip: new Set() }
    const { clock, isChannel } = this.#parts
    const [logged] = await this.#driver.query<{ channel: string }>(
      `select name as channel from ${schema}.log where xid = $1::text::xid8 and id = $2`,
      [String(xid), id],
    )
    if (logged && !isChannel(logged.channel))
      throw new BaroError(
        'unknown-channel',
        `What was published as ${quote(id)} is for ${quote(logged.channel)}, which is no channel of this hub: only hubs that have it show it. Name its definition in "channels".`,
      )
    for (const until = clock.elapsed() + publishedTimeoutMs; ; ) {
      const [row] = await this.#driver.query<{ status: string | null }>(
        'select pg_xact_status($1::text::xid8) as status',
        [String(xid)],
      )
      if (row?.status === 'aborted')
        throw new BaroError('bad-id', `What was published as ${quote(id)} was rolled back.`)
      const { finished } = await this.#feed.progress('', only)
      if (row?.status === 'committed' && sees(finished, xid)) return
      if (clock.elapsed() > until)
        throw new BaroError('unavailable', `What was published as ${quote(id)} is not appended yet. Ask again.`)
      await new Promise<void>((resolve) => clock.after(20, resolve))
    }
  }

  async close(): Promise<void> {
    await this.#feed.close()
    await Promise.all([...this.#rings.values()].map(({ ring }) => ring.close()))
  }

  async #publish(
    channel: string,
    entries: readonly DatabaseEntry[],
    cursor: number,
    history: HistoryBounds,
  ): Promise<void> {
    // Appended all the same: a node of another build has the channel, or this one is not ready yet, and the log is pruned (I11).
    if (!this.#parts.isChannel(channel) && channel !== this.#foreign) {
      this.#foreign = channel
      this.#parts.log.warn(
        { channel },
        `What was published in a transaction is for ${quote(channel)}, which is no channel of this hub, or has no handlers yet. It is appended for the nodes that have it. If none has, name its definition in "channels".`,
      )
    }
    await this.#parts.append(channel, entries, cursor, history)
  }

  /**
   * Resolves when the ring of a table has its first entry. Whoever stood before it would be reset by it; a ring that the
   * broker kept from before is read at once, also while the database is away.
   */
  async #begun({ name, parts: { broker, table } }: TableRing): Promise<void> {
    const { head } = await broker.read(name, { limit: 0, bytes: 0 })
    if (head.offset > 0) return
    try {
      await this.#feed.ready(table.name)
    } catch (error) {
      throw asDatabaseError(error, `The changes of ${quote(table.name)} cannot be followed`)
    }
  }

  async #isOfThisLife({ epoch }: QueriedPosition): Promise<boolean> {
    if (epoch !== this.#epoch) this.#lives(await this.#feed.epoch())
    return epoch === this.#epoch
  }

  #lives(epoch: string): void {
    if (this.#epoch === epoch) return
    this.#epoch = epoch
    for (const { passing } of this.#rings.values()) passing.forget()
  }

  #positionOf(position: QueriedPosition): Queried['position'] {
    if (formatPosition(position).length <= maxPositionLength) return position
    this.#parts.log.warn(
      {},
      `${position.xip.length} transactions write at once: a snapshot of the database is longer than a position may be, so who continues from this page is reset.`,
    )
    return { kind: 'none' }
  }
}

/** Does it once; what failed is done again for the next one who asks. */
function onceDone(run: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= run().catch((error) => {
      done = undefined
      throw error
    })
    return done
  }
}

function snapshotOf({ xmin, xmax, xip }: QueriedPosition): DatabaseSnapshot {
  return { xmin: BigInt(xmin), xmax: BigInt(xmax), xip: new Set(xip.map(BigInt)) }
}

function textsOf({ xmin, xmax, xip }: DatabaseSnapshot): Pick<QueriedPosition, 'xmin' | 'xmax' | 'xip'> {
  const rising = [...xip].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  return { xmin: String(xmin), xmax: String(xmax), xip: rising.map(String) }
}
