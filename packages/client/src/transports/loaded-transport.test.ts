import type { ServerMessage } from '@baro/core/protocol'
import { expect, it } from 'vitest'
import { HandTransport } from '../../test/hand-transport.ts'
import type { Transport } from '../ports/transport.ts'
import { createLoadedTransport } from './loaded-transport.ts'

const url = 'https://shop.example/baro'
const heartbeat: ServerMessage = { type: 'baro:heartbeat', payload: {} }

/** A transport whose code arrives when the test says so. */
function createRig() {
  const transport = new HandTransport()
  const loads: { arrive(): void; fail(error: unknown): void }[] = []
  const told: unknown[] = []
  const loaded = createLoadedTransport(
    'sse',
    () =>
      new Promise<Transport>((resolve, reject) => {
        loads.push({ arrive: () => resolve(transport), fail: reject })
      }),
  )
  const open = () =>
    loaded.open(url, {
      opened: () => told.push('opened'),
      received: ({ type }) => told.push(type),
      closed: (code, reason) => told.push(`closed ${code} ${reason}`),
    })
  return { loaded, transport, loads, told, open }
}

/** Lets what a load brought happen. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

it('says which rung it is, and loads nothing before its first link', () => {
  const { loaded, loads } = createRig()
  expect(loaded.rung).toBe('sse')
  expect(loads).toHaveLength(0)
})

it('opens the link once its code is there, and passes everything on', async () => {
  const { transport, loads, told, open } = createRig()
  const link = open()
  expect(transport.links).toHaveLength(0)
  loads[0]?.arrive()
  await settled()
  expect(transport.link.url).toBe(url)
  transport.link.open()
  link.send(heartbeat)
  transport.link.tell(heartbeat)
  transport.link.drop(1006, 'gone')
  expect(transport.link.sent).toEqual([heartbeat])
  expect(told).toEqual(['opened', 'baro:heartbeat', 'closed 1006 gone'])
  link.close()
  expect(transport.link.isClosed).toBe(true)
})

it('opens no link that was closed while its code was on the way', async () => {
  const { transport, loads, told, open } = createRig()
  open().close()
  loads[0]?.arrive()
  await settled()
  open().close()
  loads[1]?.fail('offline')
  await settled()
  expect(transport.links).toHaveLength(0)
  expect(told).toEqual([])
})

it('ends the link if its code cannot be loaded, and loads again with the next', async () => {
  const { transport, loads, told, open } = createRig()
  open()
  loads[0]?.fail(new TypeError('Failed to fetch dynamically imported module'))
  await settled()
  expect(told).toEqual(['closed 1006 TypeError: Failed to fetch dynamically imported module'])
  open()
  loads[1]?.arrive()
  await settled()
  expect(transport.links).toHaveLength(1)
})

it('throws at once where no try can ever succeed', () => {
  const { loaded, loads } = createRig()
  expect(() => loaded.open('/baro', { opened() {}, received() {}, closed() {} })).toThrow(/needs a host/)
  expect(loads).toHaveLength(0)
})
