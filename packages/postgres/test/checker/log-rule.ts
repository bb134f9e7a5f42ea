/**
 * What others do in place of the visibility rule: the query also asks how long the server's log is, and what is committed
 * before that place counts as seen.
 */
import type { PostgresDriver } from '../../src/ports/driver.ts'
import { decodePgoutput } from '../../src/replication/pgoutput.ts'
import { readFrame, readLsn } from '../../src/replication/replication-frame.ts'
import type { Sees } from '../../src/ring/rows-after.ts'
import { formatSnapshot, sees } from '../../src/snapshot/database-snapshot.ts'

/** A driver that learns the places, and the rule that compares them. */
export function byPlaceInLog(driver: PostgresDriver): { readonly driver: PostgresDriver; readonly isSeen: Sees } {
  const places = new Map<string, bigint>()
  const commits = new Map<bigint, bigint>()
  return {
    isSeen(snapshot, xid) {
      const [place, commit] = [places.get(formatSnapshot(snapshot)), commits.get(xid)]
      return place === undefined || commit === undefined ? sees(snapshot, xid) : commit < place
    },
    driver: {
      ...driver,
      transaction: (isolation, work) =>
        driver.transaction(isolation, (tx) =>
          work({
            async query<Row extends object>(sql: string, values?: readonly unknown[]) {
              const rows = await tx.query<Row>(sql, values)
              const [{ snapshot } = {}] = rows as readonly { readonly snapshot?: string }[]
              if (!sql.startsWith('select pg_current_snapshot()::text as snapshot, epoch') || !snapshot) return rows
              const [row] = await tx.query<{ place: string }>('select pg_current_wal_insert_lsn()::text as place')
              if (row) places.set(snapshot, readLsn(row.place))
              return rows
            },
          }),
        ),
      async replicate(lost) {
        const link = await driver.replicate?.(lost)
        if (!link) throw new Error('The driver has no replication.')
        return {
          ...link,
          stream: (command, frame) =>
            link.stream(command, (bytes) => {
              const read = readFrame(bytes)
              const message = read.kind === 'data' ? decodePgoutput(bytes, read.at) : undefined
              if (message?.kind === 'begin') commits.set(BigInt(message.xid), message.commit)
              frame(bytes)
            }),
        }
      },
    },
  }
}
