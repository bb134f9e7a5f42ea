import type { TestProject } from 'vitest/node'
import { type PostgresServer, startPostgres } from './postgres-server.ts'

let server: PostgresServer | undefined

/** One server for all tests of this run; each test file makes a database of its own. */
export async function setup(project: TestProject): Promise<void> {
  server = await startPostgres()
  project.provide('postgresUrl', server.url())
}

export async function teardown(): Promise<void> {
  await server?.end()
}
