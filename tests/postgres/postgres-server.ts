/** A PostgreSQL server of its own, on a free port, in a folder that goes with it. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { postgres } from '../../scripts/services/postgres.ts'

/** A server that runs, or may be started again. */
export interface PostgresServer {
  readonly port: number
  /** Its folder. */
  readonly data: string
  /** The URL of one of its databases. */
  url(database?: string): string
  /** Stops as after a power cut (`kill`), or after all clients were sent away. The folder stays. */
  stop(how?: 'kill' | 'fast'): Promise<void>
  /** Starts it again, on the same port and folder. */
  start(): Promise<void>
  /** Runs one of the programs of PostgreSQL over its folder, as the user that owns it. */
  program(name: string, ...args: readonly string[]): void
  /** Ends it, and removes its folder. */
  end(): Promise<void>
}

// Nothing that a test writes has to outlive the machine.
const settings = {
  ...{
    wal_level: 'logical',
    fsync: 'off',
    full_page_writes: 'off',
    unix_socket_directories: '',
    max_connections: '200',
  },
  ...{ listen_addresses: '127.0.0.1', autovacuum_naptime: '10s', max_prepared_transactions: '5' },
  ...{ max_replication_slots: '60', max_wal_senders: '60' },
}

/**
 * Makes a cluster and starts it. As root it runs as the user `postgres`, because PostgreSQL refuses root.
 *
 * @throws {Error} a sentence that says what to do, if PostgreSQL is not there.
 */
export async function startPostgres(): Promise<PostgresServer> {
  // Where the server is, its other programs are; on the path some are links, and some are missing.
  const bin = dirname(realpathSync(join(postgres.prepare().POSTGRES_BIN ?? '', 'postgres')))
  const folder = mkdtempSync(join(tmpdir(), 'baro-postgres-'))
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((which) =>
      Number(execFileSync('id', [which, 'postgres'], { encoding: 'utf8' })),
    )
    chownSync(folder, uid ?? 0, gid ?? 0)
  }
  const asOwner = isRoot ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--init-groups'] : []
  const command = (name: string, args: readonly string[]): readonly [string, ...string[]] =>
    [...asOwner, join(bin, name), ...args] as unknown as [string, ...string[]]
  const run = (name: string, args: readonly string[]): void => {
    const [file, ...rest] = command(name, args)
    execFileSync(file, rest, { stdio: ['ignore', 'ignore', 'pipe'], cwd: tmpdir() })
  }
  const data = join(folder, 'data')
  run('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C.UTF-8'])
  const port = await freePort()
  let child: ChildProcess | undefined
  let over: Promise<unknown> = Promise.resolve()

  const server: PostgresServer = {
    ...{ port, data },
    url: (database = 'postgres') => `postgres://postgres@127.0.0.1:${port}/${database}`,
    async start() {
      const options = Object.entries({ ...settings, port: String(port) }).flatMap(([name, value]) => [
        '-c',
        `${name}=${value}`,
      ])
      // The shell ends the server when this process is gone: then its standard input ends.
      child = spawn(
        'sh',
        ['-c', '"$@" & cat > /dev/null; kill -QUIT $!; wait', 'sh', ...command('postgres', ['-D', data, ...options])],
        {
          stdio: ['pipe', 'ignore', 'ignore'],
          cwd: tmpdir(),
        },
      )
      over = new Promise((resolve) => child?.once('exit', resolve))
      for (let tries = 0; !(await answers(port)); tries++) {
        if (tries === 1_500) throw new Error(`PostgreSQL did not start on port ${port}. Try again.`)
        await delay(20)
      }
    },
    async stop(how = 'kill') {
      if (how === 'fast') run('pg_ctl', ['stop', '-D', data, '-m', 'fast'])
      child?.stdin?.end()
      await over
      child = undefined
    },
    program: (name, ...args) => run(name, ['-D', data, ...args]),
    async end() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

/** It answers when it takes a start-up message: before, it listens and says that it is starting. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    const done = (result: boolean) => {
      socket.destroy()
      resolve(result)
    }
    socket.once('error', () => done(false))
    socket.once('close', () => done(false))
    socket.once('data', (bytes) => done(bytes[0] === 'R'.charCodeAt(0)))
    const text = 'user\0postgres\0database\0postgres\0\0'
    const message = Buffer.alloc(8 + text.length)
    message.writeInt32BE(message.length, 0)
    message.writeInt32BE(196_608, 4)
    message.write(text, 8, 'latin1')
    socket.once('connect', () => socket.write(message))
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
