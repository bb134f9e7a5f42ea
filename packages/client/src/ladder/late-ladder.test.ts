import type { ServerMessage } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { beforeEach, expect, it } from 'vitest'
import { HandTransport } from '../../test/hand-transport.ts'
import type { LinkEvents, Rung, Transport } from '../ports/transport.ts'
import { youngMs } from './heard-link.ts'
import { createLadder, type Ladder } from './ladder.ts'
import { createLateLadder } from './late-ladder.ts'

const url = 'https://shop.example/baro'
const heartbeat: ServerMessage = { type: 'baro:heartbeat', payload: {} }

/** What the client is told by a link. */
class Told implements LinkEvents {
  readonly all: string[] = []
  readonly opened = () => this.all.push('opened')
  readonly received = ({ type }: ServerMessage) => this.all.push(type)
  readonly closed = (code: number, reason: string) => this.all.push(`closed ${code} ${reason}`.trim())
}

let clock: ReturnType<typeof createFakeClock>
let webSocket: HandTransport
let sse: HandTransport
let remembered: Rung | undefined
/** The loads so far; each arrives, or fails, when the test says so. */
let loads: { arrive(): void; fail(error: unknown): void }[]
let late: Transport

beforeEach(() => {
  clock = createFakeClock()
  webSocket = new HandTransport()
  sse = new HandTransport()
  sse.rung = 'sse'
  remembered = undefined
  loads = []
  late = create(webSocket)
})

function create(top: Transport | undefined): Transport {
  const memory = (worked?: Rung) => {
    remembered = worked ?? remembered
    return remembered
  }
  const transports = top ? [top, sse] : [sse]
  const load = () =>
    new Promise<Ladder>((resolve, reject) => {
      const ladder = () => createLadder({ transports, memory, clock, isReachable: async () => true })
      loads.push({ arrive: () => resolve(ladder()), fail: reject })
    })
  return createLateLadder({ rung: top?.rung ?? 'sse', top, memory, clock, load })
}

function open(): { told: Told; close(): void } {
  const told = new Told()
  const { close } = late.open(url, told)
  return { told, close }
}

/** Lets what a load brought happen. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

it('loads nothing where the top works, and remembers that it does', async () => {
  const { told } = open()
  webSocket.link.open()
  webSocket.link.tell(heartbeat)
  clock.advance(youngMs)
  webSocket.link.drop()
  await settled()
  expect(told.all).toEqual(['opened', 'baro:heartbeat', 'closed 1006'])
  expect([late.rung, remembered, loads.length]).toEqual(['websocket', 'websocket', 0])
})

it('takes the next rung after a link of the top that never spoke', async () => {
  const { told } = open()
  webSocket.link.drop()
  await settled()
  expect(told.all).toEqual([])
  loads[0]?.arrive()
  await settled()
  expect(told.all).toEqual(['closed 1006'])
  expect(late.rung).toBe('sse')
  open()
  expect([webSocket.links.length, sse.links.length]).toEqual([1, 1])
})

it('stays on a top that had lived when a server that starts again refuses one link, and no longer', async () => {
  open()
  webSocket.link.tell(heartbeat)
  clock.advance(youngMs)
  webSocket.link.drop()
  for (const rung of ['websocket', 'sse']) {
    await settled()
    open()
    webSocket.link.drop()
    loads[0]?.arrive()
    await settled()
    expect(late.rung).toBe(rung)
  }
  expect(webSocket.links).toHaveLength(3)
})

it('stays on a top that had spoken when a server that drains and starts again refuses one link', async () => {
  const { close } = open()
  webSocket.link.tell(heartbeat)
  close()
  open()
  webSocket.link.drop()
  loads[0]?.arrive()
  await settled()
  expect(late.rung).toBe('websocket')
})

it('stays on a top that broke young with its server, though the ladder came only with the next server', async () => {
  open()
  webSocket.link.tell(heartbeat)
  webSocket.link.drop()
  loads[0]?.fail('connection refused')
  await settled()
  open()
  webSocket.link.drop()
  loads[1]?.arrive()
  await settled()
  expect([late.rung, loads.length]).toEqual(['websocket', 2])
})

it('loads nothing for a hub that says itself that it can let nobody in now', async () => {
  for (let link = 1; link <= 4; link++) {
    open()
    if (link % 2) webSocket.link.tell(heartbeat)
    webSocket.link.drop(4004)
    await settled()
  }
  expect([late.rung, webSocket.links.length, loads.length]).toEqual(['websocket', 4, 0])
})

it('takes the next rung after a link of the top that was swallowed', async () => {
  const { told } = open()
  clock.advance(4_000)
  loads[0]?.arrive()
  await settled()
  expect(told.all).toEqual(['closed 1006 silent'])
  expect(late.rung).toBe('sse')
})

it('counts a link of the top that broke young, and does not wait to say that it did', async () => {
  const { told } = open()
  for (let link = 1; link <= 3; link++) {
    webSocket.link.tell(heartbeat)
    webSocket.link.drop()
    if (link === 1) expect(told.all).toEqual(['baro:heartbeat', 'closed 1006'])
    loads[0]?.arrive()
    await settled()
    if (link < 3) open()
  }
  expect([late.rung, loads.length, webSocket.links.length]).toEqual(['sse', 1, 3])
})

it('loads a remembered rung at once, and opens it', async () => {
  remembered = 'sse'
  const { told } = open()
  loads[0]?.arrive()
  await settled()
  sse.link.open()
  sse.link.tell(heartbeat)
  expect(told.all).toEqual(['opened', 'baro:heartbeat'])
  expect([webSocket.links.length, sse.link.url]).toEqual([0, url])
})

it('loads a pinned rung at once, and ends the link if it cannot be loaded', async () => {
  late = create(undefined)
  const { told } = open()
  expect(late.rung).toBe('sse')
  loads[0]?.fail(new TypeError('Failed to fetch dynamically imported module'))
  await settled()
  expect(told.all).toEqual(['closed 1006 TypeError: Failed to fetch dynamically imported module'])
  open()
  loads[1]?.arrive()
  await settled()
  expect(sse.links).toHaveLength(1)
})

it('goes on trying the top where the ladder cannot be loaded', async () => {
  for (let link = 1; link <= 3; link++) {
    const { told } = open()
    webSocket.link.drop()
    loads.at(-1)?.fail('offline')
    await settled()
    expect(told.all).toEqual(['closed 1006'])
    expect(webSocket.links).toHaveLength(link)
  }
  expect(loads).toHaveLength(3)
})

it('opens no link, and tells nothing, once it was closed while the ladder was on its way', async () => {
  remembered = 'sse'
  const [first, second] = [open(), open()]
  first.close()
  second.close()
  loads[0]?.arrive()
  loads[1]?.fail('offline')
  await settled()
  expect(sse.links).toHaveLength(0)
  expect([...first.told.all, ...second.told.all]).toEqual([])
})

it('throws at once where no try can ever succeed', () => {
  late = create(undefined)
  expect(() => late.open('/baro', new Told())).toThrow('No hub can be at')
  expect(loads).toHaveLength(0)
})
