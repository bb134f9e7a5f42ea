import type { HeldSession, Isolation, PgClient, PgPool, PostgresDriver, Queryable } from '../ports/driver.ts'
import { canReplicate, openReplicationLink } from './pg-replication-link.ts'

/** `pg` gives values of these types by what it knows of them. */
const begin: Readonly<Record<Isolation, string>> = {
  'read committed': 'begin isolation level read committed',
  'repeatable read': 'begin isolation level repeatable read',
}

/** Drives a Pool of `pg`. */
export function pgDriver(pool: PgPool): PostgresDriver {
  return {
    query: queryOf(pool),
    async transaction<T>(isolation: Isolation, work: (tx: Queryable) => Promise<T>): Promise<T> {
      const client = await pool.connect()
      // A client that breaks while it is ours tells it here too; its queries fail by themselves.
      const ignore = () => {}
      client.on('error', ignore)
      const release = (broken?: boolean) => {
        client.removeListener('error', ignore)
        client.release(broken)
      }
      try {
        await client.query(begin[isolation])
        const result = await work({ query: queryOf(client) })
        await client.query('commit')
        release()
        return result
      } catch (error) {
        try {
          await client.query('rollback')
          release()
        } catch {
          release(true)
        }
        throw error
      }
    },
    async hold(lost) {
      const client = await pool.connect()
      const held = holding(client, lost)
      try {
        // The role of an application may say otherwise: then what two nodes write at once would fail.
        await held.query('set session characteristics as transaction isolation level read committed read write')
      } catch (error) {
        await held.end()
        throw error
      }
      return held
    },
    ...(canReplicate(pool) && { replicate: (lost: (error: unknown) => void) => openReplicationLink(pool, lost) }),
  }
}

function holding(client: PgClient, lost: (error: unknown) => void): HeldSession {
  let isOver = false
  const heard = new Map<string, () => void>()
  const broke = (error?: unknown) => {
    if (isOver) return
    isOver = true
    detach()
    client.release(true)
    lost(error ?? new Error('The connection to the database ended.'))
  }
  const notified = ({ channel }: { readonly channel: string }) => heard.get(channel)?.()
  const detach = () => {
    client.removeListener('end', broke)
    client.removeListener('notification', notified)
  }
  // It stays, because a client that breaks may tell it twice.
  client.on('error', broke)
  client.on('end', broke)
  client.on('notification', notified)
  return {
    query: queryOf(client),
    async listen(channel, told) {
      heard.set(channel, told)
      await client.query(`listen "${channel.replaceAll('"', '""')}"`)
    },
    async end() {
      if (isOver) return
      isOver = true
      detach()
      // Its locks and what it listens to end with it, so nobody gets it again.
      client.release(true)
    },
  }
}

function queryOf(client: Pick<PgClient, 'query'>): Queryable['query'] {
  return async <Row extends object>(sql: string, values: readonly unknown[] = []) => {
    const { rows } = await client.query(sql, [...values])
    return rows as readonly Row[]
  }
}
