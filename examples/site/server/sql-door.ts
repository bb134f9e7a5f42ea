import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { PostgresDriver } from '@baro/postgres'

/** A door for SQL from a terminal, and how to close it. */
export interface SqlDoor {
  readonly url: string
  close(): void
}

/**
 * Takes SQL statements from a terminal of this machine: nobody else can open a database that is in this process. It listens
 * on the loopback address alone, under a secret that only the terminal of the site shows.
 */
export async function openSqlDoor(database: PostgresDriver): Promise<SqlDoor> {
  const path = `/${randomBytes(9).toString('base64url')}`
  const server = createServer(async (request, response) => {
    if (request.method !== 'POST' || request.url !== path) return response.writeHead(404).end()
    try {
      const rows = await database.query(await text(request))
      response.end(`${JSON.stringify(rows, undefined, 1)}\n`)
    } catch (error) {
      response.writeHead(400).end(`${error instanceof Error ? error.message : error}\n`)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  server.unref()
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, close: () => server.close() }
}
