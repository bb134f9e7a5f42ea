import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { driverOf, type PostgresDriver } from '@baro/postgres'
import { createEmbeddedPostgres } from '@baro/postgres/embedded'
import pg from 'pg'

/** The database of the site, and how to end it. */
export interface SiteDatabase {
  readonly driver: PostgresDriver
  /** Whether it is in this process, so that no other program can open it. */
  readonly isEmbedded: boolean
  close(): Promise<void>
}

/**
 * Opens the database: the one that `DATABASE_URL` names, or one in this process, which needs nothing installed. With
 * `DATABASE_URL=none` there is none, and so no pages of it.
 *
 * @param folder Where an embedded one is kept; without it, it is gone when the site ends.
 */
export function openDatabase(url: string | undefined, folder: string | undefined): SiteDatabase | undefined {
  if (url === 'none') return undefined
  if (url) {
    const pool = new pg.Pool({ connectionString: url, max: 10 })
    // An idle connection that breaks is replaced; without a listener it would end the process.
    pool.on('error', (error) => console.warn(`A connection to the database broke: ${error.message}`))
    return { driver: driverOf(pool), isEmbedded: false, close: () => pool.end() }
  }
  const kept = folder ?? mkdtempSync(join(tmpdir(), 'baro-site-'))
  const driver = createEmbeddedPostgres({ folder: kept })
  return {
    driver,
    isEmbedded: true,
    async close() {
      await driver.close()
      if (folder === undefined) rmSync(kept, { recursive: true, force: true })
    },
  }
}
