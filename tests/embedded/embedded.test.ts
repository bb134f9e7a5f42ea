import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createEmbeddedPostgres, type EmbeddedPostgres } from '@baro/postgres/embedded'
import { createFakeClock } from '@baro/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'baro-embedded-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function promised<T = void>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve: (value) => resolve(value) }
}

const log = { info() {}, warn() {}, error() {} }

/** A process that writes; `killed` ends it as `kill -9` does, after so many answers, and says the last one. */
function writer(folder: string): { readonly child: ChildProcess; killedAfter(answers: number): Promise<number> } {
  const child = spawn(
    process.execPath,
    ['--conditions=baro-source', '--import', 'tsx', fileURLToPath(new URL('./writer.ts', import.meta.url)), folder],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  return {
    child,
    async killedAfter(answers) {
      let [heard, last] = [0, 0]
      if (!child.stdout) throw new Error('no output')
      for await (const line of createInterface(child.stdout)) {
        if (/^\d+$/.test(line)) [heard, last] = [heard + 1, Number(line)]
        if (heard === answers) child.kill('SIGKILL')
      }
      return last
    },
  }
}

describe('a folder', () => {
  const folder = join(root, 'killed')

  test('what was answered is there after kill -9 in the midst of writing, and no half of a transaction is', async () => {
    for (let round = 0; round < 2; round++) {
      const answered = await writer(folder).killedAfter(60)
      const database = createEmbeddedPostgres({ folder, log })
      const [found] = await database.query<{ last: number; count: number; halves: number }>(
        `select max(number) as last, count(*)::int as count, count(*) filter (where half = 'first')::int as halves from written`,
      )
      await database.close()
      expect(answered).toBeGreaterThanOrEqual(60 * (round + 1))
      // The last transaction may have been committed without anybody hearing of it.
      expect([answered, answered + 1]).toContain(found?.last)
      expect(found).toMatchObject({ count: found?.last, halves: 0 })
    }
  })

  test('a second process is told who has it, and gets it when the first is killed', async () => {
    const { child, killedAfter } = writer(folder)
    const killed = killedAfter(Number.POSITIVE_INFINITY)
    await once(child.stdout as NonNullable<typeof child.stdout>, 'data')
    const other = createEmbeddedPostgres({ folder, lockWaitMs: 0, log })
    await expect(other.query('select 1')).rejects.toThrow(new RegExp(`in use by process ${child.pid}.*one process`))
    child.kill('SIGKILL')
    await killed
    expect(await other.query('select 1 as one')).toEqual([{ one: 1 }])
    await other.close()
  })

  test('a database that was half made is made anew', async () => {
    const half = join(root, 'half')
    const first = createEmbeddedPostgres({ folder: half, log })
    await first.close()
    mkdirSync(join(half, 'data.new'), { recursive: true })
    writeFileSync(join(half, 'data.new', 'PG_VERSION'), '1')
    const database = createEmbeddedPostgres({ folder: half, log })
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }])
    await database.close()
    expect(readdirSync(half)).not.toContain('data.new')
  })

  test('a database that another version of PostgreSQL has made is refused with what to do, and left as it is', async () => {
    const older = join(root, 'older')
    const first = createEmbeddedPostgres({ folder: older, log })
    await first.script('create table kept (id int)')
    await first.close()
    const version = join(older, 'data', 'PG_VERSION')
    const own = readFileSync(version)
    writeFileSync(version, '17\n')
    const refused = createEmbeddedPostgres({ folder: older, log })
    await expect(refused.query('select 1')).rejects.toThrow(/was made by PostgreSQL 17\. .*dump it/)
    await refused.close()
    writeFileSync(version, own)
    const opened = createEmbeddedPostgres({ folder: older, log })
    expect(await opened.query('select count(*)::int from kept')).toEqual([{ count: 0 }])
    await opened.close()
  })
})

describe('one session', () => {
  const clock = createFakeClock()
  let database: EmbeddedPostgres
  beforeAll(async () => {
    database = createEmbeddedPostgres({ folder: join(root, 'session'), log, clock, transactionTimeoutMs: 1_000 })
    await database.script('create table counted (id int primary key)')
  })
  afterAll(() => database.close())

  const count = async () => (await database.query<{ count: number }>('select count(*)::int from counted'))[0]?.count

  test('a transaction that throws leaves nothing', async () => {
    const failed = database.transaction('read committed', async (tx) => {
      await tx.query('insert into counted values (1)')
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await count()).toBe(0)
  })

  test('a transaction in which a statement failed says so, even if its function does not', async () => {
    const failed = database.transaction('read committed', async (tx) => {
      await tx.query('insert into counted values (1)')
      await tx.query('insert into counted values (1)').catch(() => undefined)
    })
    await expect(failed).rejects.toMatchObject({ code: '23505' })
    expect(await count()).toBe(0)
  })

  test('a transaction that came back to a savepoint commits', async () => {
    await database.transaction('read committed', async (tx) => {
      await tx.query('savepoint one')
      await tx.query('nonsense').catch(() => undefined)
      await tx.query('rollback to savepoint one')
      await tx.query('insert into counted values (2)')
    })
    expect(await count()).toBe(1)
  })

  test('statements wait for an open transaction, and see it whole', async () => {
    const { promise: open, resolve: finish } = promised()
    const transaction = database.transaction('repeatable read', async (tx) => {
      await tx.query('insert into counted values (3)')
      await open
      await tx.query('insert into counted values (4)')
    })
    const counted = count()
    finish()
    await transaction
    expect(await counted).toBe(3)
  })

  test('a transaction that waits for itself is rolled back, and everything else goes on', async () => {
    const started = promised()
    const stuck = database.transaction('read committed', async (tx) => {
      await tx.query('insert into counted values (5)')
      started.resolve()
      await count()
    })
    const caught = expect(stuck).rejects.toThrow(/open for 1000 ms.*use its `tx`/)
    await started.promise
    clock.advance(1_000)
    await caught
    expect(await count()).toBe(3)
  })

  test('a `tx` that is used after its transaction is refused', async () => {
    let kept: { query(sql: string): Promise<unknown> } | undefined
    await database.transaction('read committed', async (tx) => {
      kept = tx
    })
    await expect(kept?.query('select 1')).rejects.toMatchObject({ code: 'closed' })
  })

  test('a notification comes after its transaction', async () => {
    const session = await database.hold(() => {})
    const heard = promised<string>()
    await session.listen('counted', () => heard.resolve('heard'))
    await database.query('notify counted')
    expect(await heard.promise).toBe('heard')
    await session.end()
  })
})

test('whoever holds a session is told when the thread ends, and the next statement starts another', async () => {
  const folder = join(root, 'broken')
  mkdirSync(folder)
  writeFileSync(join(folder, 'data'), 'no database')
  const database = createEmbeddedPostgres({ folder, log })
  const lost = promised<unknown>()
  await database.hold(lost.resolve)
  await expect(database.query('select 1 as one')).rejects.toMatchObject({ code: 'unavailable' })
  expect(await lost.promise).toMatchObject({ code: 'unavailable' })
  rmSync(join(folder, 'data'))
  expect(await database.query('select 1 as one')).toEqual([{ one: 1 }])
  await database.close()
})

test('an option that is none is refused', () => {
  expect(() => createEmbeddedPostgres({ directory: '.' } as never)).toThrow('there is no option "directory"')
  expect(() => createEmbeddedPostgres({ folder: '' })).toThrow('the path of a folder')
  expect(() => createEmbeddedPostgres({ folder: '.', log: { info() {} } } as never)).toThrow('warn(), error()')
})
