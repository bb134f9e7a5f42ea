/**
 * A client of the database in its thread, in the shape of PGlite. There is one session: a statement waits for those before
 * it, and all wait for an open transaction.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { BaroError } from '@baro/core'
import { type Cancel, type Clock, deadlineIn } from '@baro/core/broker'
import type { PgliteClient } from '../ports/driver.ts'
import type { Answer, DatabaseFailure, News, Question, WorkerData } from './worker-message.ts'

/** An error that PostgreSQL gave, with its SQLSTATE as `code`, as `pg` and PGlite throw it. */
class DatabaseError extends Error {
  override readonly name = 'DatabaseError'

  constructor(failure: DatabaseFailure) {
    super(failure.message)
    Object.assign(this, failure)
  }
}

/** What a client works with. */
export interface WorkerClientParts {
  readonly data: WorkerData
  readonly clock: Clock
  readonly transactionTimeoutMs: number
  /** It is made now, for the first time: this takes some seconds. */
  readonly making: () => void
  /** The thread ended by itself; the next question starts another one. */
  readonly ended: (error: BaroError) => void
}

type Asked = Question extends infer Each ? (Each extends Question ? Omit<Each, 'id'> : never) : never
interface Waiting {
  readonly resolve: (rows: readonly unknown[]) => void
  readonly reject: (error: unknown) => void
}

function startWorker(workerData: WorkerData): Worker {
  const options = { workerData, name: 'baro-postgres' }
  const built = new URL('./worker.js', import.meta.url)
  if (!import.meta.url.endsWith('.ts')) return new Worker(built, options)
  // Tests read the sources of this repository, and the entry of a thread gets no hooks of `--import`.
  const source = JSON.stringify(built.href.replace(/js$/, 'ts'))
  return new Worker(`import('tsx/esm/api').then(({ tsImport }) => tsImport(${source}, ${source}))`, {
    ...options,
    eval: true,
  })
}

/** The database in a thread of its own; the thread begins with the first question. */
export class WorkerClient implements PgliteClient {
  readonly #parts: WorkerClientParts
  readonly #waiting = new Map<number, Waiting>()
  readonly #heard = new Map<string, Set<(payload: string) => void>>()
  #worker: Worker | undefined
  /** Whether the database of this thread has opened. */
  #isOpen = false
  #asked = 0
  /** Ends when the session is free. */
  #turn: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(parts: WorkerClientParts) {
    this.#parts = parts
  }

  query(sql: string, values: readonly unknown[] = []): Promise<{ rows: unknown[] }> {
    return this.#inTurn(() => this.#query(sql, values))
  }

  /** Runs several statements, without parameters. */
  script(sql: string): Promise<unknown> {
    return this.#inTurn(() => this.#ask({ is: 'script', sql }))
  }

  transaction<T>(work: (tx: Pick<PgliteClient, 'query'>) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      let state: 'open' | 'failed' | 'over' = 'open'
      let failure: unknown
      const query = async (sql: string, values?: readonly unknown[]) => {
        if (state === 'over') throw transactionIsOver()
        try {
          return await this.#query(sql, values)
        } catch (error) {
          if (state === 'open') [state, failure] = ['failed', error]
          throw error
        }
      }
      await this.#query('begin')
      try {
        const result = await this.#withinTime(work({ query }))
        // PostgreSQL answers `commit` of a failed transaction as if all were well, and rolls back. One statement of many may
        // have failed behind a savepoint, so it is asked.
        if ((state as string) === 'failed') await this.#query('select').catch(() => Promise.reject(failure))
        state = 'over'
        await this.#query('commit')
        return result
      } catch (error) {
        state = 'over'
        await this.#query('rollback').catch(() => undefined)
        throw error
      }
    })
  }

  async listen(channel: string, notified: (payload: string) => void): Promise<() => Promise<void>> {
    const heard = this.#heard.get(channel) ?? new Set()
    this.#heard.set(channel, heard.add(notified))
    await this.#inTurn(() => this.#ask({ is: 'listen', channel }))
    return async () => {
      heard.delete(notified)
      if (heard.size > 0 || this.#isClosed) return
      this.#heard.delete(channel)
      await this.#inTurn(() => this.#ask({ is: 'unlisten', channel }))
    }
  }

  /** Waits for what was asked before, and ends the thread. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    const closed = this.#inTurn(() => (this.#worker ? this.#ask({ is: 'close' }) : Promise.resolve([])))
    this.#isClosed = true
    try {
      await closed
    } finally {
      const worker = this.#worker
      this.#worker = undefined
      await worker?.terminate()
    }
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    if (this.#isClosed)
      return Promise.reject(new BaroError('closed', 'The embedded database is closed. Open it again.'))
    const result = this.#turn.then(run, run)
    this.#turn = result.catch(() => undefined)
    return result
  }

  /** Everything waits for an open transaction, so one that waits for something else must not stay. */
  #withinTime<T>(work: Promise<T>): Promise<T> {
    const { clock, transactionTimeoutMs } = this.#parts
    let cancel: Cancel = () => {}
    const timeUp = new Promise<never>((_, reject) => {
      cancel = deadlineIn(clock, transactionTimeoutMs, () => reject(transactionTookTooLong(transactionTimeoutMs)))
    })
    return Promise.race([work, timeUp]).finally(() => cancel())
  }

  async #query(sql: string, values: readonly unknown[] = []): Promise<{ rows: unknown[] }> {
    return { rows: [...(await this.#ask({ is: 'query', sql, values }))] }
  }

  #ask(question: Asked): Promise<readonly unknown[]> {
    const worker = this.#worker ?? this.#start()
    const id = ++this.#asked
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ ...question, id })
    })
  }

  #start(): Worker {
    const worker = startWorker(this.#parts.data)
    this.#worker = worker
    this.#isOpen = false
    worker.on('message', (message: Answer | News) => this.#told(message))
    let cause: unknown
    worker.on('error', (error) => {
      cause = error
    })
    worker.on('exit', () => {
      if (this.#worker !== worker) return
      this.#worker = undefined
      const reason = cause ?? 'it says not why'
      const error = new BaroError(
        'unavailable',
        this.#isOpen
          ? `The thread of the embedded database ended: ${reason}. Try again.`
          : doesNotOpen(this.#parts.data.data, reason),
        { cause },
      )
      for (const { reject } of this.#waiting.values()) reject(error)
      this.#waiting.clear()
      this.#heard.clear()
      this.#parts.ended(error)
    })
    return worker
  }

  #told(message: Answer | News): void {
    if ('id' in message) {
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if ('rows' in message) waiting?.resolve(message.rows)
      else waiting?.reject(new DatabaseError(message.failure))
    } else if (message.is === 'notified') for (const notified of this.#heard.get(message.channel) ?? []) notified('')
    else if (message.is === 'making') this.#parts.making()
    else this.#isOpen = true
  }
}

function transactionIsOver(): BaroError {
  return new BaroError('closed', 'This transaction is over. Use its `tx` only while its function runs.')
}

function transactionTookTooLong(ms: number): BaroError {
  return new BaroError(
    'unavailable',
    `A transaction of the embedded database was open for ${ms} ms, and was rolled back. It has one session, so everything else waited: inside of a transaction use its \`tx\`, and wait for nothing else.`,
  )
}

/** The version stands in the folder as text, whoever made it: one PGlite does not open what another one has made. */
function doesNotOpen(data: string, reason: unknown): string {
  let version = 'an unknown version'
  try {
    version = readFileSync(join(data, 'PG_VERSION'), 'latin1').trim().slice(0, 20)
  } catch {
    // Nothing is there to be read.
  }
  return `The database in ${data} does not open: ${reason}. It was made by PostgreSQL ${version}. If @electric-sql/pglite was updated, dump it with the version from before, and load that into an empty directory; otherwise put a copy of the directory back.`
}
