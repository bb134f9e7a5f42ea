import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { LoadAnswer, LoadOrder } from './load/load.ts'
import type { Answer, Order } from './servers/serve.ts'

/** A process that does what it is told and answers each order. */
interface Worker<O, A> {
  /** What it said when it was ready. */
  readonly ready: A
  tell(order: O): Promise<A>
}

/** A server on the first core and its load generator on the second. */
export interface Pair {
  readonly server: Worker<Order, Answer>
  readonly load: Worker<LoadOrder, LoadAnswer>
}

// Longer than any order takes; a bench that hangs ends.
const orderTimeoutMs = 300_000

/** How many files a process may open here, once it has asked for all it can get. */
export function openFilesLimit(): number {
  return Number(execFileSync('sh', ['-c', 'ulimit -n "$(ulimit -Hn)"; ulimit -n'], { encoding: 'utf8' }))
}

/** Starts a server and its load generator in fresh processes, runs, and ends both whatever happens. */
export async function withPair<T>(server: string, run: (pair: Pair) => Promise<T>): Promise<T> {
  const children: ChildProcess[] = []
  const start = <O extends object, A extends object>(core: number, file: string): Promise<Worker<O, A>> => {
    const path = fileURLToPath(new URL(file, import.meta.url))
    const node = `ulimit -n "$(ulimit -Hn)"; exec taskset -c ${core} "$0" --expose-gc --import tsx "$@"`
    const child = spawn('sh', ['-c', node, process.execPath, path, server], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    children.push(child)
    return worker<O, A>(child, file)
  }
  try {
    return await run({
      server: await start<Order, Answer>(0, './servers/serve.ts'),
      load: await start<LoadOrder, LoadAnswer>(1, './load/load.ts'),
    })
  } finally {
    for (const child of children) child.kill()
  }
}

async function worker<O extends object, A extends object>(child: ChildProcess, name: string): Promise<Worker<O, A>> {
  const next = (): Promise<A> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => done(new Error(`${name} did not answer in time.`)), orderTimeoutMs)
      const done = (outcome: unknown): void => {
        clearTimeout(timer)
        child.off('message', done).off('exit', ended)
        if (outcome instanceof Error) reject(outcome)
        else resolve(outcome as A)
      }
      const ended = (code: number | null): void => done(new Error(`${name} ended with ${code}.`))
      child.once('message', done).once('exit', ended)
    })
  return {
    ready: await next(),
    tell(order) {
      const answer = next()
      child.send(order)
      return answer
    },
  }
}
