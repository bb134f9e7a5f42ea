/**
 * The thread of the database. PGlite blocks its thread while a query runs, so it has one of its own. It does one thing
 * after the other, as it is asked: who waits for whom is decided in the thread of the application.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, types } from '@electric-sql/pglite'
import type { Answer, DatabaseFailure, News, Question, WorkerData } from './worker-message.ts'

const port = parentPort
const { data, seed } = workerData as WorkerData
const listening = new Map<string, () => Promise<void>>()

/** As `pg` does it: a bigint is text. PGlite would give a number or a bigint, depending on how large it is. */
const parsers = { [types.INT8]: (text: string) => text }
/** Any parameter may be the text of a value. */
const serializers = {
  [types.BYTEA]: (value: unknown) =>
    value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value),
  [types.BOOL]: (value: unknown) => String(value),
}

function tell(news: News): void {
  port?.postMessage(news)
}

async function open(): Promise<PGlite> {
  if (!existsSync(data)) await make()
  return PGlite.create({ dataDir: data, parsers, serializers })
}

/** Makes it beside its place and moves it there, so that a process that ends in between leaves no half of a database. */
async function make(): Promise<void> {
  const unfinished = `${data}.new`
  const startOver = () => {
    rmSync(unfinished, { recursive: true, force: true })
    mkdirSync(dirname(data), { recursive: true })
  }
  startOver()
  const kept = seed !== undefined && existsSync(seed) ? new Blob([readFileSync(seed)]) : undefined
  const seeded = kept && (await PGlite.create({ dataDir: unfinished, loadDataDir: kept }).catch(() => undefined))
  if (!seeded) {
    startOver()
    tell({ is: 'making' })
  }
  const made = seeded ?? (await PGlite.create({ dataDir: unfinished }))
  if (!seeded && seed !== undefined) await keepSeed(made, seed)
  await made.close()
  renameSync(unfinished, data)
}

/** The next database is a copy of this one. It is only quicker, so nothing depends on it. */
async function keepSeed(made: PGlite, path: string): Promise<void> {
  try {
    const dump = await made.dumpDataDir('gzip')
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(`${path}.${process.pid}`, Buffer.from(await dump.arrayBuffer()))
    renameSync(`${path}.${process.pid}`, path)
  } catch {
    // No room, or no right to write there.
  }
}

async function answer(question: Question): Promise<readonly unknown[]> {
  switch (question.is) {
    case 'query':
      return (await database.query(question.sql, [...question.values])).rows
    case 'script':
      await database.exec(question.sql)
      return []
    case 'listen':
      if (!listening.has(question.channel))
        listening.set(
          question.channel,
          await database.listen(question.channel, () => tell({ is: 'notified', channel: question.channel })),
        )
      return []
    case 'unlisten':
      await listening.get(question.channel)?.()
      listening.delete(question.channel)
      return []
    case 'close':
      await database.close()
      return []
  }
}

function failureOf(error: unknown): DatabaseFailure {
  const { message, code, detail, hint, constraint, table, column } = Object(error) as DatabaseFailure
  return { message: message ?? String(error), code, detail, hint, constraint, table, column }
}

// If it does not open, the thread ends, and whoever asked is told why. The next question begins another thread.
const database = await open()
tell({ is: 'opened' })
let last: Promise<unknown> = Promise.resolve()
port?.on('message', (question: Question) => {
  last = last
    .then(() => answer(question))
    .then(
      (rows): Answer => ({ id: question.id, rows }),
      (error): Answer => ({ id: question.id, failure: failureOf(error) }),
    )
    .then((given) => port.postMessage(given))
})
