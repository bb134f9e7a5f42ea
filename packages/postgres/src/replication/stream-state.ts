/**
 * How far a feed by replication has come, as the database keeps it. A round is recorded before anything of it is appended:
 * the transactions whose commits lie behind `from`, up to `to`. Whoever holds the lock of the feed calls these on the
 * session that holds it.
 */
import { BaroError } from '@baro/core'
import { schema } from '../feed/schema.ts'
import { slotOf } from '../feed/slot-name.ts'
import type { Queryable } from '../ports/driver.ts'
import { type DatabaseSnapshot, parseSnapshot, sees } from '../snapshot/database-snapshot.ts'
import { lsnText, readLsn } from './replication-frame.ts'

export interface StreamRound {
  readonly number: number
  readonly from: bigint
  readonly to: bigint
  /** Taken when the round had come: it sees all of it, and of the rounds before, but for `unseen`. */
  readonly snapshot: string
  /** Transactions that were in the log of the server before they were to be seen. */
  readonly unseen: ReadonlySet<bigint>
}

/** The last round, and which server it is of. */
export interface StreamState extends StreamRound {
  readonly server: string
}

export async function readState(session: Queryable, feed: string): Promise<StreamState | undefined> {
  const [row] = await session.query<{
    server: string
    round: string
    from: string
    to: string
    snapshot: string
    unseen: string
  }>(
    `select server, round::text, from_commit::text as "from", to_commit::text as "to", snapshot, array_to_string(unseen, ',') as unseen
     from ${schema}.streams where feed = $1`,
    [feed],
  )
  if (!row) return undefined
  const { server, round, from, to, snapshot, unseen } = row
  return {
    ...{ server, number: Number(round), from: readLsn(from), to: readLsn(to), snapshot },
    unseen: new Set(unseen === '' ? [] : unseen.split(',').map(BigInt)),
  }
}

/** Begins anew with a slot that was just made: nothing before `place` comes, so every table begins again. */
export async function beginStream(
  session: Queryable,
  feed: string,
  { slot, server, place }: { readonly slot: string; readonly server: string; readonly place: bigint },
): Promise<StreamState> {
  await session.query(
    `with again as (update ${schema}.feed_tables set since = null where feed = $1)
     insert into ${schema}.streams as kept (feed, slot, server, from_commit, to_commit, snapshot)
     values ($1, $2, $3, $4::text::pg_lsn, $4::text::pg_lsn, pg_current_snapshot()::text)
     on conflict (feed) do update set slot = excluded.slot, server = excluded.server, from_commit = excluded.from_commit,
       to_commit = excluded.to_commit, snapshot = excluded.snapshot, unseen = '{}'`,
    [feed, slot, server, lsnText(place)],
  )
  const state = await readState(session, feed)
  if (!state) throw new Error(`The stream of the feed ${feed} is gone from the database.`)
  return state
}

/** The next leader makes the slot anew. */
export async function forgetStream(session: Queryable, feed: string): Promise<void> {
  await session.query(`delete from ${schema}.streams where feed = $1`, [feed])
}

/** @throws {Error} if the last round is another one: somebody else leads. */
export async function recordStreamRound(
  session: Queryable,
  feed: string,
  last: number,
  { number, to, snapshot, unseen }: Omit<StreamRound, 'from'>,
): Promise<void> {
  const rows = await session.query(
    `update ${schema}.streams
     set round = $3::bigint, from_commit = to_commit, to_commit = $4::text::pg_lsn, snapshot = $5, unseen = string_to_array($6, ',')
     where feed = $1 and round = $2::bigint returning 1 as recorded`,
    [feed, String(last), String(number), lsnText(to), snapshot, [...unseen].join(',')],
  )
  if (rows.length === 0) throw new Error(`Round ${number} of the feed ${feed} was recorded by somebody else.`)
}

/** What a table of a feed waits for. */
export interface FeedTable {
  readonly name: string
  readonly mark: string
  readonly hasBegun: boolean
}

export async function feedTables(session: Queryable, feed: string): Promise<readonly FeedTable[]> {
  return session.query<FeedTable & object>(
    `select name, mark, since is not null as "hasBegun" from ${schema}.feed_tables where feed = $1 and mark <> ''`,
    [feed],
  )
}

/** Says that a table has begun, if it is still the one that it was. */
export async function tableBegan(
  session: Queryable,
  feed: string,
  { name, mark }: FeedTable,
  number: number,
): Promise<boolean> {
  const rows = await session.query(
    `update ${schema}.feed_tables set since = $4::bigint where feed = $1 and name = $2 and mark = $3 and since is null returning 1 as begun`,
    [feed, name, mark, String(number)],
  )
  return rows.length > 0
}

/** It has to begin again: a change of it was not told whole. */
export async function tableEnded(session: Queryable, feed: string, name: string): Promise<void> {
  await session.query(`update ${schema}.feed_tables set since = null where feed = $1 and name = $2`, [feed, name])
}

export async function currentSnapshot(session: Queryable): Promise<string> {
  const [row] = await session.query<{ snapshot: string }>('select pg_current_snapshot()::text as snapshot')
  return row?.snapshot ?? ''
}

/** Above all snapshots: nobody sees this much. */
const beyond: DatabaseSnapshot = { xmin: 2n ** 62n, xmax: 2n ** 62n, xip: new Set<bigint>() }

/** How far a stream has come, as any node may ask. */
export interface StreamProgress {
  /** Sees everything that was ever appended. */
  readonly recorded: DatabaseSnapshot
  readonly epoch: string
  /** The place that was acknowledged last; `undefined` without a slot. */
  readonly place: bigint | undefined
}

/**
 * `undefined` if the feed is led with another capture.
 *
 * @throws {BaroError} `unavailable` if there is no such feed.
 */
export async function streamProgress(driver: Queryable, feed: string): Promise<StreamProgress | undefined> {
  const [row] = await driver.query<{
    kind: string
    snapshot: string | null
    isSeen: boolean
    epoch: string
    place: string | null
  }>(
    `select kind, snapshot, unseen = '{}' as "isSeen", epoch, confirmed_flush_lsn::text as place
     from ${schema}.feeds cross join ${schema}.life left join ${schema}.streams using (feed)
     left join pg_replication_slots on slot_name = $2 where feed = $1`,
    [feed, slotOf(feed)],
  )
  if (!row) throw new BaroError('unavailable', 'The feed has not begun. Try again.')
  const { kind, snapshot, isSeen, epoch, place } = row
  if (kind !== 'replication') return undefined
  const recorded = snapshot === null || !isSeen ? beyond : parseSnapshot(snapshot)
  return { recorded, epoch, place: place === null ? undefined : readLsn(place) }
}

/** Those of some transactions that a snapshot does not see. */
export function unseenBy(snapshot: string, xids: Iterable<bigint>): Set<bigint> {
  const parsed = parseSnapshot(snapshot)
  const unseen = new Set<bigint>()
  for (const xid of xids) if (!sees(parsed, xid)) unseen.add(xid)
  return unseen
}
