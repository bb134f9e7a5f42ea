import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { beforeEach, expect, it } from 'vitest'
import type { Link, LinkEvents, Rung, Transport } from '../ports/transport.ts'
import { createLadder } from './ladder.ts'

/** A transport whose links the test holds in its hands. */
class HandMade implements Transport {
  readonly rung: Rung
  readonly links: { readonly events: LinkEvents; readonly sent: ClientMessage[]; isClosed: boolean }[] = []

  constructor(rung: Rung) {
    this.rung = rung
  }

  open(_url: string, events: LinkEvents): Link {
    const link = { events, sent: [] as ClientMessage[], isClosed: false }
    this.links.push(link)
    clock.soon(() => events.opened())
    return {
      send: (message) => link.sent.push(message),
      close() {
        link.isClosed = true
      },
    }
  }
}

/** What the client is told by its link. */
class Told implements LinkEvents {
  readonly messages: ServerMessage[] = []
  closedWith: number | undefined

  received(message: ServerMessage): void {
    this.messages.push(message)
  }
  opened(): void {}
  closed(code: number): void {
    this.closedWith = code
  }
}

const greeting: ClientMessage = { type: 'baro:connect', payload: { protocol: 1, client: 'secret' } }
const hello: ServerMessage = {
  type: 'baro:connected',
  payload: { session: 's', heartbeatIntervalMs: 1, maxMessageBytes: 1, publishWindowMs: 1, claimsEpoch: 'c' },
}
const later: ServerMessage = { type: 'baro:heartbeat', payload: {} }
let clock: ReturnType<typeof createFakeClock>
let webSocket: HandMade
let sse: HandMade
let remembered: Rung | undefined
let isUp: boolean
let ladder: Transport

beforeEach(() => {
  clock = createFakeClock()
  webSocket = new HandMade('websocket')
  sse = new HandMade('sse')
  remembered = undefined
  isUp = true
  ladder = createLadder({
    transports: [webSocket, sse],
    clock,
    isReachable: async () => isUp,
    memory: (worked) => {
      remembered = worked ?? remembered
      return remembered
    },
  })
})

/** Lets what was promised happen: the answer whether the hub is there, the greeting of a probe. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

function open(): { told: Told; link: Link } {
  const told = new Told()
  const link = ladder.open('/baro', told)
  link.send(greeting)
  return { told, link }
}

it('takes the highest rung, and remembers it once it has spoken', () => {
  const { told } = open()
  expect(remembered).toBeUndefined()
  webSocket.links[0]?.events.received(hello)
  expect(told.messages).toEqual([hello])
  expect(remembered).toBe('websocket')
})

it('begins with the rung that worked before on this network', () => {
  remembered = 'sse'
  ladder = createLadder({ transports: [webSocket, sse], clock, memory: () => 'sse' })
  open()
  expect(webSocket.links).toHaveLength(0)
  expect(sse.links).toHaveLength(1)
})

it('finds a proxy that accepts and swallows by its silence, and takes the next rung', async () => {
  const { told } = open()
  clock.advance(3_999)
  expect(told.closedWith).toBeUndefined()
  clock.advance(1)
  await settled()
  expect(told.closedWith).toBe(1006)
  expect(webSocket.links[0]?.isClosed).toBe(true)
  open()
  expect(sse.links).toHaveLength(1)
})

it('a page that stands still for longer hears what came meanwhile, and stays on its rung', async () => {
  const { told } = open()
  clock.advance(100)
  clock.standStill(6_000)
  // The timers that are due come first.
  clock.after(0, () => webSocket.links[0]?.events.received(hello))
  clock.advance(0)
  await settled()
  expect(told.messages).toEqual([hello])
  expect(ladder.rung).toBe('websocket')
})

it('takes the next rung at once where the upgrade is refused', async () => {
  const { told } = open()
  webSocket.links[0]?.events.closed(1006, '')
  await settled()
  expect(told.closedWith).toBe(1006)
  open()
  expect(sse.links).toHaveLength(1)
})

it('tries the higher rung beside the running link, and moves only once that has spoken', async () => {
  open()
  webSocket.links[0]?.events.closed(1006, '')
  await settled()
  const { told, link } = open()
  sse.links[0]?.events.received(hello)
  clock.advance(15_000)
  await settled()
  expect(webSocket.links).toHaveLength(2)
  expect(webSocket.links[1]?.sent).toEqual([greeting])
  sse.links[0]?.events.received(later)
  expect(told.messages).toEqual([hello, later])

  webSocket.links[1]?.events.received(hello)
  expect(told.messages.at(-1)).toEqual({ type: 'baro:drain', payload: { reconnectInMs: 0 } })
  // The client comes back, and then closes what it has; nothing of the probe is left.
  link.close()
  expect(sse.links[0]?.isClosed).toBe(true)
  expect(webSocket.links[1]?.isClosed).toBe(true)
  open()
  expect(webSocket.links).toHaveLength(3)
  expect(ladder.rung).toBe('websocket')
})

it('stays where it is when the probe is swallowed, and tries again later', async () => {
  open()
  webSocket.links[0]?.events.closed(1006, '')
  await settled()
  const { told } = open()
  sse.links[0]?.events.received(hello)
  clock.advance(15_000 + 4_000)
  expect(webSocket.links[1]?.isClosed).toBe(true)
  expect(told.closedWith).toBeUndefined()
  clock.advance(29_999)
  expect(webSocket.links).toHaveLength(2)
  clock.advance(1)
  expect(webSocket.links).toHaveLength(3)
})

it('tries the rungs above in time, also where a proxy cuts each link before that', async () => {
  open()
  webSocket.links[0]?.events.closed(1006, '')
  await settled()
  open()
  for (let minutes = 0; minutes < 30; minutes++) {
    sse.links.at(-1)?.events.received(hello)
    for (let second = 0; second < 60; second++) clock.advance(1_000)
    sse.links.at(-1)?.events.closed(1006, '')
    await settled()
    open()
  }
  const tried = webSocket.links.length
  // The waits have grown to ten minutes.
  for (let minutes = 0; minutes < 30; minutes++) {
    sse.links.at(-1)?.events.received(hello)
    for (let second = 0; second < 60; second++) clock.advance(1_000)
    sse.links.at(-1)?.events.closed(1006, '')
    await settled()
    open()
  }
  expect(webSocket.links.length - tried).toBeGreaterThanOrEqual(2)
  expect(webSocket.links.length).toBeLessThan(15)
})

it('leaves nothing running behind a link that the client closed', () => {
  const { told, link } = open()
  link.close()
  clock.advance(60_000)
  expect(told.closedWith).toBeUndefined()
  expect(clock.pending).toBe(0)
})

it('stays on its rung while the hub is down: that says nothing about the rung', async () => {
  isUp = false
  const { told } = open()
  webSocket.links[0]?.events.closed(1006, '')
  await settled()
  expect(told.closedWith).toBe(1006)
  open()
  expect(webSocket.links).toHaveLength(2)
  expect(sse.links).toHaveLength(0)
})

it.each(['websocket', 'sse'] as const)(
  'stays on %s when a server is killed again and again, however soon after the link has spoken',
  async (rung) => {
    remembered = rung
    ladder = createLadder({ transports: [webSocket, sse], clock, isReachable: async () => isUp, memory: () => rung })
    const used = rung === 'websocket' ? webSocket : sse
    for (let kill = 1; kill <= 5; kill++) {
      open()
      used.links.at(-1)?.events.received(hello)
      isUp = false
      used.links.at(-1)?.events.closed(1006, '')
      await settled()
      // It refuses this one, and is there by the time it is asked.
      open()
      isUp = true
      used.links.at(-1)?.events.closed(1006, '')
      await settled()
      expect(ladder.rung).toBe(rung)
    }
  },
)

it('stays on a rung that had spoken when a server that drains and starts again refuses one link', async () => {
  const { link } = open()
  webSocket.links[0]?.events.received(hello)
  // Told that it drains, the client leaves by itself.
  link.close()
  open()
  webSocket.links[1]?.events.closed(1006, '')
  await settled()
  expect(ladder.rung).toBe('websocket')
})

it('leaves a rung whose young links are cut while the hub is there', async () => {
  for (let link = 1; link <= 3; link++) {
    open()
    webSocket.links.at(-1)?.events.received(hello)
    webSocket.links.at(-1)?.events.closed(1006, '')
    await settled()
  }
  expect(ladder.rung).toBe('sse')
})

it('stays on a rung on which the hub itself says that it can let nobody in now', async () => {
  for (let link = 1; link <= 4; link++) {
    open()
    if (link % 2)
      webSocket.links.at(-1)?.events.received({ type: 'baro:error', payload: { code: 'unavailable', message: '' } })
    webSocket.links.at(-1)?.events.closed(4004, 'no database')
    await settled()
  }
  expect([ladder.rung, webSocket.links.length]).toEqual(['websocket', 4])
})
