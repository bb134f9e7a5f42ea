import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Json } from '@baro/core'
import type { CheckerOptions } from './run-checker.ts'
import type { Written } from './writer.ts'

/** The process of the node, which is killed and comes back. */
export interface CheckedNode {
  readonly port: number
  /** With `kill -9`, and up again. */
  kill(): Promise<void>
  /** Waits until the writer of an embedded database has written enough, and until it has ended. */
  stopWriting(isEnough: () => boolean): Promise<void>
  /** Asks its embedded database. */
  query(sql: string): Promise<readonly Json[]>
  end(): Promise<void>
}

/** What the process says of its embedded database. */
interface Said {
  readonly written?: Written
  readonly isOver?: boolean
  readonly rows?: readonly Json[]
}

/** Starts it. What the writer of an embedded database commits is counted in `written`. */
export async function startNode(
  {
    url,
    rule = 'visibility',
    tell,
    longestTransactionMs,
    feed = 'triggers',
  }: Pick<CheckerOptions, 'url' | 'rule' | 'tell' | 'longestTransactionMs' | 'feed'>,
  written: Written,
  linkPort: number,
): Promise<CheckedNode> {
  const folder = mkdtempSync(join(tmpdir(), 'baro-checker-'))
  const file = fileURLToPath(new URL('node.ts', import.meta.url))
  let [port, lives] = [0, 0]
  let child: ChildProcess
  let counted: Written = { changes: 0, commits: 0, rollbacks: 0, deadlocks: 0 }
  let heard: (said: Said) => void = () => {}
  const count = (now: Written) => {
    for (const name of ['changes', 'commits', 'rollbacks', 'deadlocks'] as const)
      written[name] += now[name] - counted[name]
    counted = now
  }
  const start = async () => {
    counted = { changes: 0, commits: 0, rollbacks: 0, deadlocks: 0 }
    const args = [
      url,
      folder,
      String(port),
      rule,
      String(++lives),
      String(longestTransactionMs),
      feed,
      String(linkPort),
    ]
    child = fork(file, args, {
      execArgv: ['--conditions=baro-source', '--import', 'tsx'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    child.on('message', (said: Said) => {
      if (said.written) count(said.written)
      heard(said)
    })
    child.stderr?.on('data', (text: Buffer) => tell?.(`node: ${text.toString().trim().slice(0, 300)}`))
    for await (const line of createInterface({ input: child.stdout as NonNullable<ChildProcess['stdout']> })) {
      const said = /^port (\d+)$/.exec(line)?.[1]
      port = Number(said ?? port)
      if (said !== undefined) return
    }
    throw new Error('The node of the checker ended at its start.')
  }
  const stop = () =>
    new Promise<void>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve()
      child.once('exit', () => resolve())
      child.kill('SIGKILL')
    })
  let asking: Promise<unknown> = Promise.resolve()
  await start()
  return {
    port,
    async kill() {
      await stop()
      await start()
    },
    stopWriting: (isEnough) =>
      new Promise((resolve) => {
        heard = ({ isOver }) => {
          if (isOver) resolve()
          else if (isEnough()) child.send({})
        }
      }),
    query(sql) {
      const asked = asking.then(
        () =>
          new Promise<readonly Json[]>((resolve) => {
            heard = ({ rows }) => rows && resolve(rows)
            child.send({ sql })
          }),
      )
      asking = asked
      return asked
    },
    async end() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
