/** Appends the changes of one round to the rings, in pieces. */
import type { Json } from '@baro/core'
import type { Broker, Clock, DatabaseEntry, Entry, HistoryBounds } from '@baro/core/broker'
import type { Queryable } from '../ports/driver.ts'
import { type LoggedChange, ringEntry, ringOf, startEntry, type Texts } from '../ring/ring-entry.ts'
import type { RecordedRound } from './rounds.ts'
import { schema } from './schema.ts'

/** What feeding works with. */
export interface FeedRoundParts {
  readonly session: Queryable
  readonly broker: Pick<Broker, 'append'>
  readonly clock: Clock
  readonly feed: string
  /** Those of a table; ordinary ones of what this node does not know. */
  boundsOf(name: string): HistoryBounds
  /**
   * Appends what was published in transactions, if the cursor of the channel is smaller. `history` is for a node that does
   * not have the channel.
   */
  publish(channel: string, entries: readonly DatabaseEntry[], cursor: number, history: HistoryBounds): Promise<void>
}

/**
 * How a round is cut into pieces. A successor must cut a recorded round in the same places, because the cursor of a ring
 * counts them: whoever changes these changes the version of the schema.
 */
const piece = { rows: 20_000, bytes: 1 << 20 } as const
/**
 * Most pieces of a round, of the log or of a stream. The cursor is the number of the round times this, and the number of the piece: it has 53 bits, and
 * each leader begins thousands of rounds above the one before.
 */
export const piecesPerRound: number = 2 ** 20

interface Transaction {
  readonly xid: string
  readonly rows: number
  readonly bytes: number
}

interface LogRow {
  readonly seq: string
  readonly xid: string
  readonly name: string
  readonly kind: LoggedChange['kind'] | 'publish'
  readonly id: string | null
  readonly old: string | null
  readonly new: string | null
  readonly last: boolean
}

/**
 * Appends a recorded round. Every append has a cursor, so that what was appended before, by this leader or by another, is
 * not appended again.
 */
export async function feedRound(parts: FeedRoundParts, round: RecordedRound): Promise<void> {
  const begun = new Set<string>()
  let number = 0
  for (const part of piecesOf(await transactionsOf(parts, round))) {
    for await (const rows of rowsOf(parts, round, part)) {
      number++
      await appendRows(parts, round, rows, begun, round.number * piecesPerRound + number)
    }
  }
  const cursor = (round.number + 1) * piecesPerRound - 1
  const starts = await parts.session.query<{ name: string }>(
    `select name from ${schema}.feed_tables join ${schema}.feeds using (feed)
     where feed = $1 and kind = 'triggers' and since = $2::bigint + 1`,
    [parts.feed, String(round.number)],
  )
  for (const { name } of starts) {
    const entry = startEntry(round.to, { id: `start-${round.number.toString(36)}`, time: parts.clock.now() })
    await parts.broker.append(ringOf(name), [entry], parts.boundsOf(name), { cursor })
  }
}

/** Which rows of the log are of a round. The first condition is for the index. */
const ofRound = `xid >= pg_snapshot_xmin($2::text::pg_snapshot) and xid < pg_snapshot_xmax($3::text::pg_snapshot)
  and not pg_visible_in_snapshot(xid, $2::text::pg_snapshot) and pg_visible_in_snapshot(xid, $3::text::pg_snapshot)
  and (kind = 'publish' or name in (
    select name from ${schema}.feed_tables join ${schema}.feeds using (feed)
    where feed = $1 and feeds.kind = 'triggers' and since <= $4::bigint))`

function ofRoundValues({ feed }: FeedRoundParts, { from, to, number }: RecordedRound): readonly unknown[] {
  return [feed, from, to, String(number)]
}

/**
 * The transactions of a round, in the order of their last writing. Of two that changed one row, the later one could write
 * only after the earlier one had committed: so its last number is higher.
 */
async function transactionsOf(parts: FeedRoundParts, round: RecordedRound): Promise<readonly Transaction[]> {
  const rows = await parts.session.query<{ xid: string; rows: string; bytes: string }>(
    `select xid::text, count(*)::text as rows, sum(coalesce(pg_column_size(old), 0) + coalesce(pg_column_size(new), 0))::text as bytes
     from ${schema}.log where ${ofRound} group by xid order by max(seq)`,
    [...ofRoundValues(parts, round)],
  )
  return rows.map(({ xid, rows: count, bytes }) => ({ xid, rows: Number(count), bytes: Number(bytes) }))
}

/** Small transactions together, up to the bounds of a piece; a large one alone. */
function piecesOf(transactions: readonly Transaction[]): readonly (readonly Transaction[])[] {
  const pieces: Transaction[][] = []
  let [rows, bytes] = [piece.rows, piece.bytes]
  for (const transaction of transactions) {
    const fits = rows + transaction.rows <= piece.rows && bytes + transaction.bytes <= piece.bytes
    if (fits) pieces.at(-1)?.push(transaction)
    else pieces.push([transaction])
    rows = transaction.rows + (fits ? rows : 0)
    bytes = transaction.bytes + (fits ? bytes : 0)
  }
  return pieces
}

const columns = `seq::text, xid::text, name, kind, id,
  (select json_object_agg(key, value) from jsonb_each_text(old))::text as old,
  (select json_object_agg(key, value) from jsonb_each_text(new))::text as new`

/** The rows of one piece; of a large transaction page by page. */
async function* rowsOf(
  parts: FeedRoundParts,
  round: RecordedRound,
  transactions: readonly Transaction[],
): AsyncGenerator<readonly LogRow[]> {
  const values = ofRoundValues(parts, round)
  const [first] = transactions
  if (!first) return
  const { rows, bytes } = first
  const limit =
    transactions.length > 1
      ? undefined
      : Math.max(1, Math.min(piece.rows, Math.floor((piece.bytes * rows) / Math.max(bytes, 1))))
  if (limit === undefined || rows <= limit) {
    yield await parts.session.query<LogRow>(
      `select ${columns}, seq = max(seq) over (partition by xid, name) as last
       from ${schema}.log where ${ofRound} and xid = any ($5::text[]::xid8[])
       order by array_position($5::text[], xid::text), log.seq`,
      [...values, transactions.map(({ xid }) => xid)],
    )
    return
  }
  const ends = await parts.session.query<{ seq: string }>(
    `select max(seq)::text as seq from ${schema}.log where ${ofRound} and xid = $5::text::xid8 group by name`,
    [...values, first.xid],
  )
  const last = new Set(ends.map(({ seq }) => seq))
  for (let after = '0'; ; ) {
    const page = await parts.session.query<Omit<LogRow, 'last'>>(
      `select ${columns} from ${schema}.log where ${ofRound} and xid = $5::text::xid8 and seq > $6::bigint order by log.seq limit ${limit}`,
      [...values, first.xid, after],
    )
    const end = page.at(-1)
    if (!end) return
    yield page.map((row) => ({ ...row, last: last.has(row.seq) }))
    after = end.seq
  }
}

async function appendRows(
  { broker, clock, boundsOf, publish }: FeedRoundParts,
  round: RecordedRound,
  rows: readonly LogRow[],
  begun: Set<string>,
  cursor: number,
): Promise<void> {
  const time = clock.now()
  const published = rows.filter(({ kind }) => kind === 'publish')
  for (const [channel, logged] of byName(published)) {
    const all = logged.map(publishedOf)
    // Of two builds, the newer one publishes last.
    const history = all.at(-1)?.history ?? boundsOf(channel)
    await publish(
      channel,
      all.map(({ entry }) => entry),
      cursor,
      history,
    )
  }
  for (const [name, changes] of byName(rows.filter(({ kind }) => kind !== 'publish'))) {
    const from = begun.has(name) ? undefined : round.from
    begun.add(name)
    const entries = changes.map((row, index): Entry => {
      const change: LoggedChange = {
        kind: row.kind as LoggedChange['kind'],
        xid: BigInt(row.xid),
        ...(row.old !== null && { old: JSON.parse(row.old) as Texts }),
        ...(row.new !== null && { new: JSON.parse(row.new) as Texts }),
        isLast: row.last,
      }
      return ringEntry(change, {
        id: idOf(BigInt(row.xid), BigInt(row.seq).toString(36)),
        time,
        from: index === 0 ? from : undefined,
      })
    })
    await broker.append(ringOf(name), entries, boundsOf(name), { cursor })
  }
}

/** What `publish` logged. */
function publishedOf({ id, new: kept }: LogRow): {
  readonly entry: DatabaseEntry
  readonly history: HistoryBounds
} {
  const {
    type = '',
    payload = 'null',
    history = 'null',
  } = JSON.parse(kept ?? '{}') as { readonly type?: string; readonly payload?: string; readonly history?: string }
  return {
    entry: { type, payload: JSON.parse(payload) as Json, id: id ?? '' },
    history: JSON.parse(history) as HistoryBounds,
  }
}

function byName(rows: readonly LogRow[]): ReadonlyMap<string, readonly LogRow[]> {
  const tables = new Map<string, LogRow[]>()
  for (const row of rows) {
    const changes = tables.get(row.name)
    if (changes) changes.push(row)
    else tables.set(row.name, [row])
  }
  return tables
}

/** The end of an id is the check of positions: no two entries of a ring that lie near each other have the same one. */
function idOf(xid: bigint, end: string): string {
  return `${xid.toString(36)}-${end}`
}
