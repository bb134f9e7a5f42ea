import { type ChildProcess, spawn } from 'node:child_process'
import { constants, getPriority } from 'node:os'
import { fileURLToPath } from 'node:url'

/** A process that does what it is told, one order after the other, and answers each. */
export interface Worker<Order, Answer> {
  tell(order: Order): Promise<Answer>
  /** Whether it has not ended by itself. */
  readonly isAlive: boolean
  /** What it wrote to its error output last, for whoever asks why it died. */
  readonly lastWords: string
  /** Ends it, whatever it is doing. */
  kill(): void
}

/** How a process is started. */
export interface WorkerOptions {
  /** Options of Node. */
  readonly node?: readonly string[]
  /** What the process is told from the beginning. */
  readonly args?: readonly string[]
  /** The core that it must stay on; left out: any. */
  readonly core?: number | undefined
  /** Whether it gets what the others leave of its core. */
  readonly isLast?: boolean
}

// Longer than any order takes: a run that hangs ends.
const orderTimeoutMs = 90_000
const keptOfErrors = 4_000
const lastPriority = constants.priority.PRIORITY_LOW

/** Starts a process; resolves when it is ready for orders. */
export async function startWorker<Order extends object, Answer>(
  file: string,
  { node = [], args = [], core, isLast = false }: WorkerOptions = {},
): Promise<Worker<Order, Answer>> {
  const path = fileURLToPath(new URL(`./${file}`, import.meta.url))
  const run = ['--conditions=baro-source', '--import', 'tsx', ...node, path, ...args]
  const [command = '', ...rest] = [
    ...(isLast ? ['nice', '-n', `${lastPriority - getPriority()}`] : []),
    ...(core === undefined ? [] : ['taskset', '-c', `${core}`]),
    ...[process.execPath, ...run],
  ]
  const child = spawn(command, rest, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let lastWords = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    lastWords = (lastWords + bytes.toString()).slice(-keptOfErrors)
  })
  const isAlive = () => child.exitCode === null && child.signalCode === null
  await nextMessage(child, file)
  return {
    async tell(order) {
      if (!isAlive()) throw new Error(`${file} is not there any more.`)
      const answer = nextMessage(child, file)
      child.send(order)
      return (await answer) as Answer
    },
    get isAlive() {
      return isAlive()
    },
    get lastWords() {
      return lastWords
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

function nextMessage(child: ChildProcess, file: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => done(new Error(`${file} did not answer in time.`)), orderTimeoutMs)
    const done = (outcome: unknown): void => {
      clearTimeout(timer)
      child.off('message', done).off('exit', ended)
      if (outcome instanceof Error) reject(outcome)
      else resolve(outcome)
    }
    const ended = (code: number | null, signal: string | null): void =>
      done(new Error(`${file} ended with ${code ?? signal}.`))
    child.once('message', done).once('exit', ended)
  })
}

/** The other side: answers each order of the process that started this one, and ends with it. */
export function serveOrders<Order, Answer>(answer: (order: Order) => Promise<Answer>): void {
  const send = (message: unknown) => process.send?.(message)
  process.on('message', (order: Order) => void answer(order).then(send))
  process.once('disconnect', () => process.exit())
  send('ready')
}
