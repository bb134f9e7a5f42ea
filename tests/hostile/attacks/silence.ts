import type { Assault } from './assault.ts'
import type { Attack } from './attack.ts'
import { get, upgradeRequest } from './wire.ts'

const bytePauseMs = 500

/** Opens connections that begin with `head`, and go on drop by drop for as long as they may. */
function drip(assault: Assault, count: number, head: string, drop: string): Promise<unknown> {
  return assault.crowd(count, async (wire) => {
    wire.listen()
    await wire.write(head)
    while (assault.isOn && wire.isOpen) {
      await wire.write(drop)
      await assault.pause(bytePauseMs)
    }
  })
}

export const silence: readonly Attack[] = [
  {
    name: 'silent-sockets',
    what: '1,000 WebSockets that never say who they are',
    forMs: 14_000,
    run: (assault) =>
      assault.crowd(1_000, async (wire) => {
        await wire.upgrade()
        await wire.gone()
      }),
  },
  {
    name: 'silent-connections',
    what: '1,000 connections without a byte',
    forMs: 14_000,
    run: (assault) => assault.crowd(1_000, (wire) => wire.gone()),
  },
  {
    name: 'slow-bodies',
    what: '500 POSTs whose body comes byte by byte',
    run: (assault) =>
      drip(assault, 500, 'POST /baro/connect HTTP/1.1\r\nHost: localhost\r\nContent-Length: 60000\r\n\r\n', 'x'),
  },
  {
    name: 'slow-headers',
    what: '1,000 requests whose head never ends',
    run: (assault) => drip(assault, 1_000, 'GET /baro/health HTTP/1.1\r\nHost: localhost\r\n', 'X: y\r\n'),
  },
  {
    name: 'half-open-upgrades',
    what: '1,000 upgrades whose head lacks its last line',
    run: (assault) =>
      assault.crowd(1_000, async (wire) => {
        wire.listen()
        await wire.write(upgradeRequest('/baro/connect').slice(0, -2))
        await wire.gone()
      }),
  },
  {
    name: 'oversized-headers',
    what: 'requests with 60 kB of headers',
    run: (assault) =>
      assault.crowd(16, async (wire) => {
        wire.listen()
        await wire.write(
          get(
            '/baro/health',
            Array.from({ length: 60 }, (_, index) => `X-${index}: ${'y'.repeat(1_000)}`),
          ),
        )
        await wire.gone()
      }),
  },
]
