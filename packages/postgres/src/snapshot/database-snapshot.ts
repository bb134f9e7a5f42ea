/**
 * The visibility rule (I12). A database snapshot says which transactions it sees: all below `xmin`, none from `xmax` on,
 * and in between those that are not in `xip`. What a query saw, and what follows it, is decided by this rule alone: the
 * order of a sequence or of the log is not the order of commits.
 */

/** `pg_current_snapshot()`. Transaction ids are 64 bits wide. */
export interface DatabaseSnapshot {
  readonly xmin: bigint
  readonly xmax: bigint
  /** Those that were in progress, from `xmin` to below `xmax`. */
  readonly xip: ReadonlySet<bigint>
}

const spelling = /^(\d{1,20}):(\d{1,20}):((?:\d{1,20}(?:,\d{1,20})*)?)$/

/** Reads PostgreSQL's own spelling, `xmin:xmax:xip,xip`. */
export function parseSnapshot(text: string): DatabaseSnapshot {
  const [, xmin, xmax, xip] = spelling.exec(text) ?? []
  if (xmin === undefined || xmax === undefined || xip === undefined)
    throw new TypeError(`${JSON.stringify(text)} is no snapshot of PostgreSQL.`)
  return { xmin: BigInt(xmin), xmax: BigInt(xmax), xip: new Set(xip === '' ? [] : xip.split(',').map(BigInt)) }
}

/** Writes PostgreSQL's own spelling. */
export function formatSnapshot({ xmin, xmax, xip }: DatabaseSnapshot): string {
  return `${xmin}:${xmax}:${[...xip].join(',')}`
}

/** Whether the snapshot sees this transaction, if it committed. */
export function sees({ xmin, xmax, xip }: DatabaseSnapshot, xid: bigint): boolean {
  return xid < xmin || (xid < xmax && !xip.has(xid))
}

/** Whether `newer` sees all that `older` sees. Of two snapshots of one server, the later one always does. */
export function includes(newer: DatabaseSnapshot, older: DatabaseSnapshot): boolean {
  for (const xid of newer.xip) if (sees(older, xid)) return false
  // What is from newer.xmax on, newer does not see: older must not either. That is few, or the answer comes soon.
  for (let xid = newer.xmax; xid < older.xmax; xid++) if (!older.xip.has(xid)) return false
  return true
}
