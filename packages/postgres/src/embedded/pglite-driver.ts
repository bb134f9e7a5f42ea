/** PGlite as a driver, known by its shape. It has one session: one held for long is the same as everybody's. */
import type { HeldSession, PgliteClient, PostgresDriver, Queryable } from '../ports/driver.ts'

/** Makes a driver of PGlite, or of what has its shape. */
export function pgliteDriver(client: PgliteClient): PostgresDriver {
  const over = (session: Pick<PgliteClient, 'query'>): Queryable => ({
    query: async <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      (await session.query(sql, [...values])).rows as Row[],
  })
  const { query } = over(client)
  return {
    query,
    transaction: (isolation, work) =>
      client.transaction(async (tx) => {
        if (isolation === 'repeatable read') await tx.query('set transaction isolation level repeatable read')
        return work(over(tx))
      }),
    hold: async () => {
      const heard: (() => Promise<void>)[] = []
      const session: HeldSession = {
        query,
        listen: async (channel, notified) => {
          heard.push(await client.listen(channel, () => notified()))
        },
        end: async () => {
          await Promise.all(heard.splice(0).map((stop) => stop()))
        },
      }
      return session
    },
  }
}
