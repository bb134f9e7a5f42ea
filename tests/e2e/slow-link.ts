import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP link to a server that is far away: whatever passes takes a while, each way, and round trips are counted. */
export interface SlowLink {
  readonly url: string
  /** The round trips of all connections to the hub: one to open each, and one for each time that the browser spoke after the server. */
  roundTrips(): number
  /** Lets so many of them happen. What the browser says after that does not arrive. */
  allow(roundTrips: number): void
  /** Lets only pages through, and nothing that a page asks for, until it is released. */
  hold(): void
  release(): void
  close(): void
}

/** Makes one. `delayMs` is for one way: half of a round trip. */
export async function createSlowLink(targetPort: number, delayMs: number): Promise<SlowLink> {
  const sockets = new Set<Socket>()
  let roundTrips = 0
  let allowed = Number.POSITIVE_INFINITY
  let isHolding = false
  let held: (() => void)[] = []

  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1')
    let isToHub = false
    let spokeLast: 'browser' | 'server' = 'server'
    const later = (pass: () => void) => setTimeout(pass, delayMs)
    near.on('data', (bytes: Buffer) => {
      const [, path = ''] = /^(?:GET|POST) (\S+) HTTP/.exec(bytes.toString('latin1')) ?? []
      if (!isToHub && path.startsWith('/baro/')) {
        isToHub = true
        roundTrips++
      }
      if (isToHub && spokeLast === 'server') {
        if (roundTrips >= allowed) return
        roundTrips++
      }
      spokeLast = 'browser'
      const pass = () => later(() => far.destroyed || far.write(bytes))
      if (isHolding && path !== '/') held.push(pass)
      else pass()
    })
    far.on('data', (bytes: Buffer) => {
      spokeLast = 'server'
      later(() => near.destroyed || near.write(bytes))
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.once('close', () => later(() => other.destroy()))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    roundTrips: () => roundTrips,
    allow(count) {
      allowed = count
    },
    hold() {
      isHolding = true
    },
    release() {
      isHolding = false
      for (const pass of held) pass()
      held = []
    },
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}
