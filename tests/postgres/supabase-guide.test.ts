/** The guide from Supabase is carried out: each of its files runs, and an unmodified client does the same with each. */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../packages/postgres/test/test-database.ts'
import { patience, slow } from '../e2e/patience.ts'
import { runSample } from '../house/running-sample.ts'
import { atEnd, clientAt, Heard, joined } from '../supabase/stage.ts'
import { Told } from './told-changes.ts'

vi.setConfig(slow)

const secret = 'a secret of at least thirty-two characters'
let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase()
  await database.run(`create table messages (id bigserial primary key, room text not null, text text not null,
    created_at timestamptz not null default now())`)
})
afterAll(() => database.end())

async function run(file: string): Promise<string> {
  const { url, end } = await runSample('from-supabase', file, { DATABASE_URL: database.url })
  atEnd(end)
  return url
}

/** What Supabase Auth gives somebody who has signed in. */
function tokenOf(sub: string): string {
  const claims = { sub, exp: Math.floor(Date.now() / 1_000) + 3_600 }
  const parts = [{ alg: 'HS256', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  return [...parts, createHmac('sha256', secret).update(parts.join('.')).digest('base64url')].join('.')
}

test.each(['step-1.ts', 'step-2.ts', 'step-3.ts'])('%s serves the same page to the same clients', async (file) => {
  const url = await run(file)
  const isOpenToGuests = file === 'step-1.ts'
  // As `page.ts` does it.
  const client = clientAt(url, isOpenToGuests ? {} : { token: async () => tokenOf('ada') })
  const room = client.channel('room:1', { config: { broadcast: { ack: true }, presence: { key: 'ada' } } })
  const watcher = clientAt(url).channel('room:1')
  const [texts, cursors] = [new Heard(watcher), new Heard(watcher, 'cursor')]
  const here: string[] = []
  room.on('presence', { event: 'sync' }, () => here.push(...Object.keys(room.presenceState())))
  await client.realtime.setAuth()
  await Promise.all([joined(room), joined(watcher)])
  expect(await room.track({ name: 'Ada' })).toBe('ok')
  expect(await room.send({ type: 'broadcast', event: 'message', payload: { text: 'hello' } })).toBe('ok')
  expect(await room.send({ type: 'broadcast', event: 'cursor', payload: { x: 1, y: 2 } })).toBe('ok')
  expect(await texts.count(1)).toEqual([{ text: 'hello' }])
  expect(await cursors.count(1)).toEqual([{ x: 1, y: 2 }])
  await expect.poll(() => here, patience).toContain('ada')
  // Everybody else is in the room.
  expect(await (await fetch(`${url}/baro/channels/room:1`)).json()).toMatchObject({ snapshot: [{ text: 'hello' }] })
  const said = clientAt(url).channel('room:1').httpSend('message', { text: 'of a guest' })
  if (isOpenToGuests) expect(await said).toEqual({ success: true })
  else await expect(said).rejects.toThrow(/access rule/)
})

test('from step 3 on the feed of feed.ts tells the rows of the same PostgreSQL', async () => {
  const feed = clientAt(await run('step-3.ts')).channel('feed')
  const told = new Told(feed, { event: 'INSERT', table: 'messages', filter: 'room=eq.1' })
  await joined(feed)
  await database.run(`insert into messages (room, text) values ('2', 'elsewhere'), ('1', 'here')`)
  expect((await told.count(1)).map((change) => (change.new as { text: string }).text)).toEqual(['here'])
})
