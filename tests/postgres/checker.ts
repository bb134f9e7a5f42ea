/** `npm run postgres:checker -- CHANGES`: the checker of `packages/postgres/test/checker`, on a server of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startPostgres } from './postgres-server.ts'

const server = await startPostgres()
try {
  const checker = spawn(
    process.execPath,
    [
      ...['--conditions=baro-source', '--import', 'tsx', 'packages/postgres/test/checker/main.ts'],
      ...[server.url(), process.argv[2] ?? '1000000'],
    ],
    { stdio: 'inherit' },
  )
  const [code] = (await once(checker, 'exit')) as [number | null]
  process.exitCode = code ?? 1
} finally {
  await server.end()
}
