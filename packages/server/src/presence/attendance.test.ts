import { BaroError } from '@baro/core'
import type { Clock, Presence } from '@baro/core/broker'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import { expect, test } from 'vitest'
import { RecordedLog } from '../../test/fake-client.ts'
import type { Principal } from '../access/principal.ts'
import type { AnyHandlers } from '../channel/handlers.ts'
import { Hooks } from '../channel/hooks.ts'
import type { Resolved } from '../channel/registry.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'
import { Attendance, type Attending, type Ending } from './attendance.ts'

const leaveAfterMs = 2_000
const memberLeaseMs = 15_000

/** Nodes over one broker, and whoever joins and leaves, by session, with the second in which it happens. */
function setUp(isAlone = false) {
  const clock = createFakeClock()
  const { presence } = createMemoryBroker({ clock, randomness: createSeededRandomness('attendance') })
  const log = new RecordedLog()
  const told: string[] = []
  const note =
    (what: string): NonNullable<AnyHandlers['joined']> =>
    ({ session, user, channel }) =>
      told.push(`${Math.round(clock.elapsed() / 1_000)} s: ${session ?? user?.id} ${what} ${channel}`)
  const resolved = (
    channel = 'room:1',
    handlers: Partial<AnyHandlers> = { joined: note('joined'), left: note('left') },
  ) => ({ channel, params: {}, handlers }) as unknown as Resolved
  const open = (node: string, itsClock: Clock = clock, itsPresence: Presence = presence) =>
    new Attendance({
      ...{ clock: itsClock, presence: itsPresence, node, leaveAfterMs, memberLeaseMs, isAlone },
      ...{ hooks: new Hooks(log), log, maxListedMembers: 500, find: resolved },
    })
  const attendance = open('A')
  const come = (principal: Principal, at = attendance, channel?: string): ((ending: Ending) => void) => {
    const attending: Attending | undefined = at.join(resolved(channel), principal)
    return (ending) => attending?.end(ending)
  }
  return { clock, log, told, attendance, presence, resolved, open, come }
}

const client = (session: string, name = session, address = '1'): Principal => ({ session, guest: name, address })
const who = (told: readonly string[]) => told.map((line) => line.slice(line.indexOf(':') + 2))

test('a client that comes back in time is the same member: it joins once, and leaves once, some time after its last link', async () => {
  const { come, clock, told } = setUp()
  for (const session of ['first', 'second', 'third']) {
    const end = come(client(session, 'kim'))
    await clock.pass(25_000)
    end('gone')
    await clock.pass(leaveAfterMs - 1)
  }
  expect(told).toEqual(['0 s: first joined room:1'])
  await clock.pass(1)
  expect(told).toEqual(['0 s: first joined room:1', '81 s: first left room:1'])
})

test('a client that comes back too late joins again', async () => {
  const { come, clock, told } = setUp()
  for (const session of ['first', 'second']) {
    const end = come(client(session, 'kim'))
    await clock.pass(1_000)
    end('gone')
    await clock.pass(leaveAfterMs + 1_000)
  }
  expect(who(told)).toEqual(['first joined room:1', 'first left room:1', 'second joined room:1', 'second left room:1'])
})

test('a user is one member, whatever clients it has, and leaves with the last link of any', async () => {
  const { come, clock, told } = setUp()
  const user = { id: 'ada' }
  const first = come({ user, session: 'phone', guest: 'phone' })
  const second = come({ user, session: 'laptop', guest: 'laptop' })
  await clock.pass(0)
  first('gone')
  await clock.pass(2 * leaveAfterMs)
  expect(told).toEqual(['0 s: phone joined room:1'])
  second('left')
  await clock.pass(0)
  expect(told).toEqual(['0 s: phone joined room:1', '4 s: phone left room:1'])
})

test('a client that leaves takes nothing from another one that is between two requests, or reloads', async () => {
  const { come, clock, told } = setUp()
  const user = { id: 'ada' }
  const phone: Principal = { user, session: 'phone', guest: 'phone', staysMs: 50_000 }
  const laptop: Principal = { user, session: 'laptop', guest: 'laptop' }
  const poll = come(phone)
  const link = come(laptop)
  await clock.pass(1_000)
  poll('gone')
  link('left')
  await clock.pass(49_000)
  expect(who(told)).toEqual(['phone joined room:1'])
  come(phone)('gone')
  // The laptop’s own link was cut before: when it comes back and leaves, it has left.
  come(laptop)('gone')
  come(laptop)('left')
  await clock.pass(49_999)
  expect(who(told)).toEqual(['phone joined room:1'])
  await clock.pass(1)
  expect(who(told)).toEqual(['phone joined room:1', 'phone left room:1'])
})

test('a client that comes back after a cut, and leaves, has left at once', async () => {
  const { come, clock, told } = setUp()
  come(client('first', 'kim'))('gone')
  await clock.pass(10)
  come(client('second', 'kim'))('left')
  await clock.pass(0)
  expect(who(told)).toEqual(['first joined room:1', 'first left room:1'])
})

test('who comes by requests stays for as long as its last request promised', async () => {
  const { come, clock, told } = setUp()
  for (let request = 0; request < 3; request++) {
    const end = come({ ...client('poll', 'kim'), staysMs: 50_000 })
    await clock.pass(1_000)
    end('gone')
    await clock.pass(49_000)
  }
  expect(told).toHaveLength(1)
  await clock.pass(1_000)
  expect(who(told)).toEqual(['poll joined room:1', 'poll left room:1'])
})

test('clients, and the channels of one, leave each at its own time', async () => {
  const { come, clock, told, attendance } = setUp()
  for (const [name, channel] of [
    ['kim', 'room:1'],
    ['kim', 'room:2'],
    ['lee', 'room:1'],
  ] as const) {
    const end = come(client(name), attendance, channel)
    await clock.pass(1_000)
    end('gone')
    await clock.pass(2_000)
  }
  expect(told.filter((line) => line.includes('left'))).toEqual([
    '3 s: kim left room:1',
    '6 s: kim left room:2',
    '9 s: lee left room:1',
  ])
})

test('nothing is kept for a channel without hooks', () => {
  const { attendance, resolved, clock } = setUp()
  const { pending } = clock
  expect(attendance.join(resolved('room:1', {}), client('kim'))).toBeUndefined()
  expect(clock.pending).toBe(pending)
})

test('on several nodes a member joins once and leaves once', async () => {
  const { come, open, clock, told } = setUp()
  const other = open('B')
  const here = come(client('here', 'kim'))
  await clock.pass(10)
  const there = come(client('there', 'kim'), other)
  await clock.pass(10_000)
  here('left')
  await clock.pass(60_000)
  expect(who(told)).toEqual(['here joined room:1'])
  there('left')
  await clock.pass(250)
  expect(who(told)).toEqual(['here joined room:1', 'there left room:1'])
})

test('I9: those of a node that died have left after its lease, once, told by another node', async () => {
  const { come, open, clock, told } = setUp()
  const dead = open('dead')
  come({ user: { id: 'ada' }, session: 'there' }, dead)
  dead.close()
  await clock.pass(memberLeaseMs - 1)
  expect(who(told)).toEqual(['there joined room:1'])
  await clock.pass(5_000)
  expect(who(told)).toEqual(['there joined room:1', 'ada left room:1'])
})

test('a node that stops lets nobody leave who comes back to another one', async () => {
  const { come, open, clock, told } = setUp()
  const [old, next] = [open('old'), open('next')]
  const end = come(client('before', 'kim'), old)
  await clock.pass(1_000)
  old.close()
  end('gone')
  await clock.pass(5_000)
  come(client('after', 'kim'), next)
  await clock.pass(60_000)
  expect(who(told)).toEqual(['before joined room:1'])
})

test('a node that is alone and stops: nobody can come back, so all have left', async () => {
  const { come, attendance, clock, told } = setUp(true)
  come(client('kim'))('gone')
  come(client('lee'))
  await clock.pass(300)
  attendance.close()
  await clock.pass(0)
  expect(who(told)).toEqual(['kim joined room:1', 'lee joined room:1', 'kim left room:1', 'lee left room:1'])
  expect(clock.pending).toBe(0)
})

test('I7: of one address a bounded number lingers: those that have waited longest leave early, and of others nobody does', async () => {
  const { come, clock, told } = setUp()
  const staysMs = 50_000
  come({ ...client('neighbour', 'neighbour', '2'), staysMs })('gone')
  for (let count = 0; count < 2_003; count++) come({ ...client(`${count}`), staysMs })('gone')
  await clock.pass(0)
  expect(who(told.filter((line) => line.includes('left')))).toEqual([0, 1, 2].map((count) => `${count} left room:1`))
})

test('a wall clock that jumps, in either direction, moves nobody', async () => {
  const { come, clock, told } = setUp()
  come(client('kim'))
  for (const ms of [3_600_000, -7_200_000]) {
    await clock.pass(1_000)
    clock.jump(ms)
    await clock.pass(20_000)
  }
  expect(who(told)).toEqual(['kim joined room:1'])
})

/** A clock of a process that may sleep: what is due then happens when it wakes. */
function sleepyClock(clock: Clock) {
  let isAsleep = false
  const late: (() => void)[] = []
  return {
    ...clock,
    after: (ms: number, run: () => void) => clock.after(ms, () => (isAsleep ? late.push(run) : run())),
    sleep() {
      isAsleep = true
    },
    wake() {
      isAsleep = false
      for (const run of late.splice(0)) run()
    },
  }
}

test('a node that slept for longer than its lease renews it before it looks for the dead, so nobody leaves', async () => {
  const { come, open, clock, told, attendance } = setUp()
  attendance.close()
  const sleepy = sleepyClock(clock)
  come(client('kim'), open('sleepy', sleepy))
  await clock.pass(1_000)
  sleepy.sleep()
  await clock.pass(3 * memberLeaseMs)
  sleepy.wake()
  await clock.pass(20_000)
  expect(who(told)).toEqual(['kim joined room:1'])
})

test('a node that slept until others took it for dead brings all its members back when it wakes', async () => {
  const { come, open, clock, told } = setUp()
  const sleepy = sleepyClock(clock)
  const node = open('sleepy', sleepy)
  for (const id of ['ada', 'bob']) come({ user: { id }, session: `of ${id}` }, node)
  await clock.pass(1_000)
  sleepy.sleep()
  await clock.pass(2 * memberLeaseMs)
  expect(who(told).slice(2)).toEqual(['ada left room:1', 'bob left room:1'])
  sleepy.wake()
  await clock.pass(20_000)
  expect(who(told).slice(4)).toEqual(['of ada joined room:1', 'of bob joined room:1'])
})

test('a node that cannot renew its lease does not look for the dead: it would find itself', async () => {
  const { come, open, clock, told, attendance, presence, log } = setUp()
  attendance.close()
  let isCut = false
  const touch: Presence['touch'] = (...args) => {
    if (isCut) throw new Error('not now')
    return presence.touch(...args)
  }
  come(client('kim'), open('cut', clock, { ...presence, touch }))
  await clock.pass(1_000)
  isCut = true
  await clock.pass(3 * memberLeaseMs)
  isCut = false
  await clock.pass(20_000)
  expect(who(told)).toEqual(['kim joined room:1'])
  expect(log.warnings[0]).toContain('is tried again: Error: not now')
})

test('a node with a room in which somebody always changes looks for the dead all the same', async () => {
  const { come, open, clock, told, attendance, resolved } = setUp()
  const dead = open('dead')
  come(client('kim'), dead, 'room:2')
  await clock.pass(1_000)
  dead.close()
  const busy = { ...resolved(), members: 'room:1' }
  const attending = attendance.join(busy, client('ada'), 0)
  for (let change = 1; change <= 250; change++) {
    attending?.tell(change)
    await clock.pass(90)
  }
  expect(who(told).filter((line) => line.endsWith('room:2'))).toEqual(['kim joined room:2', 'undefined left room:2'])
})

/** A presence that does what it is asked, and loses the next answers. */
function losing(presence: Presence) {
  let left = 0
  const answer = <T>(value: T): T => {
    if (left === 0) return value
    left--
    throw new BaroError('unavailable', 'The answer was lost.')
  }
  return {
    ...presence,
    touch: (...args: Parameters<Presence['touch']>) => answer(presence.touch(...args)),
    expire: (...args: Parameters<Presence['expire']>) => answer(presence.expire(...args)),
    lose(answers: number) {
      left = answers
    },
  }
}

test('what a step came to is told once, also if its answer was lost', async () => {
  const { come, open, clock, told, attendance, presence } = setUp()
  attendance.close()
  const link = losing(presence)
  const node = open('A', clock, link)
  link.lose(2)
  const end = come(client('kim'), node)
  await clock.pass(500)
  // What changes meanwhile waits for the answer.
  const lee = come(client('lee'), node)
  await clock.pass(20_000)
  expect(who(told)).toEqual(['kim joined room:1', 'lee joined room:1'])
  link.lose(2)
  end('left')
  await clock.pass(500)
  come(client('again', 'kim'), node)
  await clock.pass(20_000)
  expect(who(told).slice(2)).toEqual(['kim left room:1', 'again joined room:1'])
  link.lose(1)
  lee('left')
  await clock.pass(20_000)
  expect(who(told).slice(4)).toEqual(['lee left room:1'])
})

test('the dead are told once, also if the answer of who looked for them was lost', async () => {
  const { come, open, clock, told, attendance, presence } = setUp()
  attendance.close()
  const link = losing(presence)
  open('A', clock, link)
  const dead = open('dead')
  come({ user: { id: 'ada' }, session: 'there' }, dead)
  await clock.pass(0)
  dead.close()
  link.lose(4)
  await clock.pass(60_000)
  expect(who(told)).toEqual(['there joined room:1', 'ada left room:1'])
})

test('a guest who comes while its name cannot be found out is a member as soon as it can', async () => {
  const { come, open, clock, told, attendance, presence } = setUp()
  attendance.close()
  let isCut = true
  const key: Presence['key'] = async () => {
    if (isCut) throw new BaroError('unavailable', 'not now')
    return presence.key()
  }
  const node = open('cut', clock, { ...presence, key })
  come(client('kim'), node)
  const end = come(client('lee'), node)
  await clock.pass(5_000)
  end('gone')
  isCut = false
  await clock.pass(5_000)
  expect(who(told)).toEqual(['kim joined room:1'])
})

test('a guest whose name was found out when the room had become empty stays for longer than a lease', async () => {
  const { come, open, clock, told, attendance, presence } = setUp()
  attendance.close()
  let known = () => {}
  const key: Presence['key'] = async () => {
    await new Promise<void>((resolve) => {
      known = resolve
    })
    return presence.key()
  }
  const node = open('slow', clock, { ...presence, key })
  const end = come({ user: { id: 'ada' }, session: 'ada' }, node)
  await clock.pass(1_000)
  come(client('kim'), node)
  end('left')
  await clock.pass(1_000)
  known()
  await clock.pass(1_000)
  open('another')
  await clock.pass(60_000)
  expect(who(told)).toEqual(['ada joined room:1', 'ada left room:1', 'kim joined room:1'])
})
