/**
 * The slot of a feed: the server keeps its log for it, from the place that was acknowledged last.
 *
 *   none ── made, when all transactions that run have ended ──▶ there ── streams ──▶ there
 *    ▲                                                            │
 *    └── dropped by somebody, lost for its size, of another server ┘  all tables begin again
 */
import { linkName } from '../driver/pg-replication-link.ts'
import type { CaptureLead } from '../feed/capture.ts'
import { schema } from '../feed/schema.ts'
import { slotOf, slotPrefix } from '../feed/slot-name.ts'
import type { PostgresDriver, Queryable } from '../ports/driver.ts'
import type { ReplicationLink } from '../ports/replication-link.ts'
import { readLsn } from './replication-frame.ts'
import { beginStream, readState, type StreamState } from './stream-state.ts'

interface FoundSlot {
  readonly active: boolean
  readonly pid: number | null
  readonly application: string | null
  readonly isLost: boolean
  readonly isOurs: boolean
}

/** What a slot is opened with. */
export interface SlotParts extends Pick<CaptureLead, 'session' | 'feed' | 'log' | 'stopped'> {
  readonly driver: PostgresDriver
}

/** Finds the slot of a feed and where it stands, or makes it. */
export async function openSlot(parts: SlotParts, link: ReplicationLink): Promise<StreamState> {
  const { session, feed, log } = parts
  const name = slotOf(feed)
  const [system] = await link.query<{ systemid: string; timeline: number | string }>('IDENTIFY_SYSTEM')
  const server = `${system?.systemid}/${system?.timeline}`
  const state = await readState(session, feed)
  const slot = await findSlot(session, name)
  if (slot?.active) await freeSlot(session, name, slot)
  if (slot?.isOurs && !slot.isLost && state?.server === server) return state
  if (state) {
    log.warn(
      {},
      `The replication slot "${name}" ${slot?.isLost ? 'was lost, because it held more of the log than max_slot_wal_keep_size allows' : slot ? 'is of another server' : 'is gone'}: it is made anew, and whoever follows a table gets its rows anew.`,
    )
    // The transactions of another server have other numbers: no position of before means anything.
    if (state.server !== server)
      await session.query(`update ${schema}.life set epoch = replace(gen_random_uuid()::text, '-', '')`)
  }
  if (slot) await session.query('select pg_drop_replication_slot($1)::text', [name])
  const place = await createSlot(parts, name)
  return beginStream(session, feed, { slot: name, server, place })
}

async function findSlot(session: Queryable, name: string): Promise<FoundSlot | undefined> {
  const [slot] = await session.query<FoundSlot & object>(
    `select s.active, s.active_pid as pid, a.application_name as application, s.wal_status = 'lost' as "isLost",
       s.plugin = 'pgoutput' and s.database = current_database() and not s.temporary as "isOurs"
     from pg_replication_slots s left join pg_stat_activity a on a.pid = s.active_pid where s.slot_name = $1`,
    [name],
  )
  return slot
}

/** Whoever holds the lock leads. A stream that another node of ours left behind is ended; one of a stranger is not. */
async function freeSlot(session: Queryable, name: string, { pid, application }: FoundSlot): Promise<void> {
  if (application !== linkName)
    throw new Error(
      `The replication slot "${name}" is held by ${JSON.stringify(application)} (process ${pid} of the server), which is not ours. End it.`,
    )
  // It waits until it is over.
  await session.query(`select pg_terminate_backend($1, ${endTimeoutMs})`, [pid])
}

/** A link that was cut is noticed by the server when it writes next. */
const endTimeoutMs = 5_000

/**
 * Makes the slot, which waits until all transactions that run have ended. That may take long, so it is done in a session of its
 * own, and a link that breaks meanwhile does not take it along.
 */
async function createSlot({ driver, session, stopped }: SlotParts, name: string): Promise<bigint> {
  const making = await driver.hold(() => {})
  const create = () =>
    making.query<{ place: string }>(
      "select lsn::text as place from pg_create_logical_replication_slot($1, 'pgoutput')",
      [name],
    )
  try {
    const [own] = await making.query<{ pid: number }>(
      `select pg_backend_pid() as pid, set_config('statement_timeout', '0', false), set_config('application_name', '${linkName}', false)`,
    )
    // Whoever closes does not wait for the transactions of others.
    stopped.addEventListener(
      'abort',
      () => void driver.query('select pg_cancel_backend($1)', [own?.pid]).catch(() => {}),
    )
    stopped.throwIfAborted()
    const [made] = await create().catch(async (error) => {
      // All slots are taken: perhaps by hubs that are gone.
      const isFull = (error as { readonly code?: unknown }).code === '53400'
      if (!isFull || !(await dropForsaken(session, 60))) throw error
      return create()
    })
    return readLsn(made?.place ?? '')
  } finally {
    await making.end()
  }
}

/**
 * Drops slots of this database that nobody reads, whose feeds nobody has led for so many seconds: the server would keep its
 * log for them for ever.
 */
export async function dropForsaken(session: Queryable, seconds: number): Promise<number> {
  const slots = await session.query<{ name: string }>(
    `select slot_name::text as name from pg_replication_slots
     where slot_name like '${slotPrefix.replace('_', '\\_')}%' and plugin = 'pgoutput' and database = current_database() and not active`,
  )
  if (slots.length === 0) return 0
  const feeds = await session.query<{ feed: string; isRecent: boolean }>(
    `select feed, seen > now() - make_interval(secs => $1::text::int) as "isRecent" from ${schema}.feeds`,
    [String(seconds)],
  )
  const kept = new Set(feeds.filter(({ isRecent }) => isRecent).map(({ feed }) => slotOf(feed)))
  let dropped = 0
  for (const { name } of slots) {
    if (kept.has(name)) continue
    await session.query('select pg_drop_replication_slot($1)::text', [name])
    dropped++
  }
  return dropped
}
