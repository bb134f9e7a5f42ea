import { createFakeClock } from '@baro/testing'
import { expect, test } from 'vitest'
import type { Principal } from '../access/principal.ts'
import type { AnyHandlers } from '../channel/handlers.ts'
import { Hooks } from '../channel/hooks.ts'
import type { Resolved } from '../channel/registry.ts'
import { Attendance } from './attendance.ts'

const leaveAfterMs = 10_000

/** Everybody who joins and leaves, by session, with the second in which it happens. */
function setUp() {
  const clock = createFakeClock()
  const told: string[] = []
  const attendance = new Attendance({ clock, hooks: new Hooks(console), leaveAfterMs })
  const note =
    (what: string): NonNullable<AnyHandlers['joined']> =>
    ({ session, channel }) =>
      told.push(`${Math.round(clock.elapsed() / 1_000)} s: ${session} ${what} ${channel}`)
  const resolved = (
    channel = 'room:1',
    handlers: Partial<AnyHandlers> = { joined: note('joined'), left: note('left') },
  ) => ({ channel, params: {}, handlers }) as unknown as Resolved
  return { clock, told, attendance, resolved }
}

const client = (session: string, name = session, share = 'address:1'): Principal => ({
  session,
  member: { name, share },
})

test('a client that comes back in time is the same reader: it joins once, and leaves once, some time after its last link', async () => {
  const { attendance, clock, told, resolved } = setUp()
  for (const session of ['first', 'second', 'third']) {
    attendance.join(resolved(), client(session, 'kim'))
    await clock.pass(25_000)
    attendance.leave(resolved(), client(session, 'kim'), 'gone')
    await clock.pass(leaveAfterMs - 1)
  }
  expect(told).toEqual(['0 s: first joined room:1'])
  await clock.pass(1)
  expect(told).toEqual(['0 s: first joined room:1', '105 s: first left room:1'])
  expect(clock.pending).toBe(0)
})

test('a client that comes back too late joins again', async () => {
  const { attendance, clock, told, resolved } = setUp()
  for (const session of ['first', 'second']) {
    attendance.join(resolved(), client(session, 'kim'))
    attendance.leave(resolved(), client(session, 'kim'), 'gone')
    await clock.pass(leaveAfterMs)
  }
  expect(told.map((line) => line.slice(line.indexOf(':') + 2))).toEqual([
    'first joined room:1',
    'first left room:1',
    'second joined room:1',
    'second left room:1',
  ])
})

test('a client leaves with its last link, whichever that is', async () => {
  const { attendance, clock, told, resolved } = setUp()
  attendance.join(resolved(), client('first', 'kim'))
  attendance.join(resolved(), client('second', 'kim'))
  attendance.leave(resolved(), client('first', 'kim'), 'gone')
  await clock.pass(2 * leaveAfterMs)
  expect(told).toHaveLength(1)
  attendance.leave(resolved(), client('second', 'kim'), 'left')
  await clock.pass(0)
  expect(told).toEqual(['0 s: first joined room:1', '20 s: first left room:1'])
})

test('clients, and the channels of one, leave each at its own time', async () => {
  const { attendance, clock, told, resolved } = setUp()
  for (const [name, channel] of [
    ['kim', 'room:1'],
    ['kim', 'room:2'],
    ['lee', 'room:1'],
  ] as const) {
    attendance.join(resolved(channel), client(name))
    attendance.leave(resolved(channel), client(name), 'gone')
    await clock.pass(3_000)
  }
  await clock.pass(leaveAfterMs)
  expect(told.filter((line) => line.includes('left'))).toEqual([
    '10 s: kim left room:1',
    '13 s: kim left room:2',
    '16 s: lee left room:1',
  ])
})

test('who is no client on many links leaves at once', async () => {
  const { attendance, clock, told, resolved } = setUp()
  attendance.join(resolved(), { session: 'bot' })
  attendance.leave(resolved(), { session: 'bot' }, 'gone')
  await clock.pass(0)
  expect(told).toEqual(['0 s: bot joined room:1', '0 s: bot left room:1'])
})

test('nothing is kept for a channel without hooks', async () => {
  const { attendance, clock, resolved } = setUp()
  attendance.join(resolved('room:1', {}), client('kim'))
  attendance.leave(resolved('room:1', {}), client('kim'), 'gone')
  expect(clock.pending).toBe(0)
})

test('when the node stops, who lingers has left, and who is still there leaves at once', async () => {
  const { attendance, clock, told, resolved } = setUp()
  for (const name of ['kim', 'lee']) attendance.join(resolved(), client(name))
  attendance.leave(resolved(), client('kim'), 'gone')
  attendance.stop()
  attendance.leave(resolved(), client('lee'), 'gone')
  await clock.pass(0)
  expect(told.slice(2)).toEqual(['0 s: kim left room:1', '0 s: lee left room:1'])
  expect(clock.pending).toBe(0)
})

test('I7: of one address a bounded number lingers: those that have waited longest leave early, and of others nobody does', async () => {
  const { attendance, clock, told, resolved } = setUp()
  const come = (principal: Principal) => {
    attendance.join(resolved(), principal)
    attendance.leave(resolved(), principal, 'gone')
  }
  come(client('neighbour', 'neighbour', 'address:2'))
  for (let count = 0; count < 2_003; count++) come(client(`${count}`))
  await clock.pass(0)
  expect(told.filter((line) => line.includes('left'))).toEqual([0, 1, 2].map((count) => `0 s: ${count} left room:1`))
})

test('I7: of all a bounded number lingers', async () => {
  const { attendance, clock, told, resolved } = setUp()
  for (let count = 0; count < 100_002; count++) {
    const principal = client(`${count}`, `${count}`, `address:${count}`)
    attendance.join(resolved(), principal)
    attendance.leave(resolved(), principal, 'gone')
  }
  await clock.pass(0)
  expect(told.filter((line) => line.includes('left'))).toEqual([0, 1].map((count) => `0 s: ${count} left room:1`))
})
