/**
 * The rounds of one feed, as the database keeps them. Whoever holds the lock of the feed is its leader, and calls these
 * on the session that holds it: a leader that lost its lock has lost its session.
 *
 *   finished ── something new ──▶ recorded: round N, from, to ── all of it appended ──▶ finished
 *                                    ▲ a successor goes on here
 */
import type { Queryable } from '../ports/driver.ts'
import type { CaptureKind } from './capture.ts'
import { schema } from './schema.ts'

/** A round that was recorded. The snapshots are in PostgreSQL's own spelling. */
export interface RecordedRound {
  readonly number: number
  readonly from: string
  readonly to: string
  readonly isFinished: boolean
}

/** What a leader sees when it looks. */
export interface Look {
  readonly epoch: string
  /** Something was committed that the last round does not see. */
  readonly hasNews: boolean
  /** A table waits to be begun. */
  readonly hasWaiting: boolean
}

/** The first key of the lock of a feed; the second one is of its name. */
const leaderLock = 72_016_401

/** Takes the lock of a feed for the session; false if another session has it. */
export async function takeLock(session: Queryable, feed: string): Promise<boolean> {
  const [row] = await session.query<{ taken: boolean }>(
    `select pg_try_advisory_lock(${leaderLock}, hashtext($1)) as taken`,
    [feed],
  )
  return row?.taken === true
}

/** How the node captures that leads now, if one does. It looks at the lock and never takes it, so that nobody who wants to lead finds it taken. */
export async function ledBy(database: Queryable, feed: string): Promise<CaptureKind | undefined> {
  const [row] = await database.query<{ kind: CaptureKind }>(
    `select kind from ${schema}.feeds where feed = $1 and exists (
       select from pg_locks where locktype = 'advisory' and granted and objsubid = 2 and classid = ${leaderLock}
         and objid = (hashtext($1)::bigint & 4294967295)::oid
         and database = (select oid from pg_database where datname = current_database()))`,
    [feed],
  )
  return row?.kind
}

/**
 * The last round of a feed; a new feed begins with one that is finished, and sees what is committed now. A database that
 * was put back to an earlier state (a restored dump, a reset of the log of transactions) begins another life.
 */
export async function resumeRounds(session: Queryable, feed: string, kind: CaptureKind): Promise<RecordedRound> {
  await session.query(
    `insert into ${schema}.feeds (feed, from_snapshot, to_snapshot, kind)
     values ($1, pg_current_snapshot()::text, pg_current_snapshot()::text, $2) on conflict do nothing`,
    [feed, kind],
  )
  // What another capture fed last, and what this one feeds first, do not join.
  await session.query(
    `with other as (update ${schema}.feeds set kind = $2 where feed = $1 and kind <> $2 returning feed)
     update ${schema}.feed_tables set since = null, mark = '' where feed in (select feed from other)`,
    [feed, kind],
  )
  await session.query(
    `with back as (
       select feed from ${schema}.feeds where pg_snapshot_xmax(to_snapshot::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot())
     ), life as (
       update ${schema}.life set epoch = replace(gen_random_uuid()::text, '-', '') where exists (select from back)
     ), gone as (
       delete from ${schema}.log where exists (select from back)
     ), again as (
       update ${schema}.feed_tables set since = null where feed in (select feed from back)
     )
     update ${schema}.feeds set from_snapshot = pg_current_snapshot()::text, to_snapshot = pg_current_snapshot()::text, is_finished = true
     where feed in (select feed from back)`,
  )
  const [row] = await session.query<{ round: string; from: string; to: string; finished: boolean }>(
    `select round::text, from_snapshot as "from", to_snapshot as "to", is_finished as finished from ${schema}.feeds where feed = $1`,
    [feed],
  )
  if (!row) throw new Error(`The feed ${feed} is gone from the database.`)
  return { number: Number(row.round), from: row.from, to: row.to, isFinished: row.finished }
}

/** Whether there is anything to do. It reads only, so that a quiet database uses up no transaction. */
export async function look(session: Queryable, feed: string, { to }: RecordedRound): Promise<Look> {
  const [row] = await session.query<{ epoch: string; news: boolean; waiting: boolean }>(
    `select epoch,
       exists (
         select from ${schema}.log
         where (xid >= pg_snapshot_xmax($2::text::pg_snapshot) or xid = any (array(select pg_snapshot_xip($2::text::pg_snapshot))))
           and (kind = 'publish' or name in (
             select name from ${schema}.feed_tables join ${schema}.feeds using (feed)
             where feed = $1 and feeds.kind = 'triggers' and since is not null))
       ) as news,
       exists (
         select from ${schema}.feed_tables join ${schema}.feeds using (feed)
         where feed = $1 and feeds.kind = 'triggers' and since is null
       ) as waiting
     from ${schema}.life`,
    [feed, to],
  )
  if (!row) throw new Error('The schema of the feed is gone from the database.')
  return { epoch: row.epoch, hasNews: row.news, hasWaiting: row.waiting }
}

/**
 * Records the next round under a number, and begins the tables that wait: the round after this one is their first.
 *
 * @throws {Error} if the last round is another one: somebody else leads.
 */
export async function recordRound(
  session: Queryable,
  feed: string,
  last: RecordedRound,
  number: number,
): Promise<RecordedRound> {
  const [row] = await session.query<{ from: string; to: string }>(
    `with begun as (
       update ${schema}.feed_tables set since = $3::bigint + 1 where since is null and feed = $1
         and exists (select from ${schema}.feeds where feed = $1 and kind = 'triggers')
     )
     update ${schema}.feeds
     set round = $3::bigint, from_snapshot = to_snapshot, to_snapshot = pg_current_snapshot()::text, is_finished = false, seen = now()
     where feed = $1 and round = $2::bigint and is_finished
     returning from_snapshot as "from", to_snapshot as "to"`,
    [feed, String(last.number), String(number)],
  )
  if (!row) throw new Error(`Round ${number} of the feed ${feed} was recorded by somebody else.`)
  return { number, from: row.from, to: row.to, isFinished: false }
}

/** Says that all of a round was appended: what it needed may be pruned. */
export async function finishRound(session: Queryable, feed: string, round: RecordedRound): Promise<RecordedRound> {
  await session.query(
    `update ${schema}.feeds set is_finished = true, seen = now() where feed = $1 and round = $2::bigint`,
    [feed, String(round.number)],
  )
  return { ...round, isFinished: true }
}

/** Removes what every feed has, and feeds that nobody has led for an hour: else they would keep the log for ever. */
export async function prune(session: Queryable, feed: string): Promise<void> {
  await session.query(
    `with seen as (update ${schema}.feeds set seen = now() where feed = $1)
     delete from ${schema}.feeds where feed <> $1 and seen < now() - interval '1 hour'`,
    [feed],
  )
  // The first condition is for the index. A transaction that stays open holds up nothing but its own rows.
  await session.query(
    `with feeds as materialized (
       select (case when is_finished then to_snapshot else from_snapshot end)::pg_snapshot as finished from ${schema}.feeds
     )
     delete from ${schema}.log where xid < (select max(pg_snapshot_xmax(finished)::text::bigint)::text::xid8 from feeds)
       and not exists (select from feeds where not pg_visible_in_snapshot(xid, finished))`,
  )
}
