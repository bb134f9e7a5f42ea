import { connect, createServer, type Socket } from 'node:net'

/** A way to a server that can be cut. */
export interface Cuttable {
  readonly port: number
  /** Ends all connections, and refuses others. */
  cut(): void
  mend(): void
  /** Leads to another port from now on. Open connections end. */
  aim(target: number): void
  /** Leads to another port from now on, as a name does that was given to another machine. Open connections stay. */
  lead(target: number): void
  close(): void
}

/** Opens one to a port of this machine. */
export async function createCuttable(first: number): Promise<Cuttable> {
  let target = first
  const open = new Set<Socket>()
  let isCut = false
  const server = createServer((socket) => {
    if (isCut) return void socket.destroy()
    const far = connect(target, '127.0.0.1')
    for (const [one, other] of [
      [socket, far],
      [far, socket],
    ] as const) {
      open.add(one)
      one.setNoDelay(true)
      one.on('error', () => {})
      one.on('close', () => {
        open.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const end = () => {
    for (const socket of open) socket.destroy()
  }
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      isCut = true
      end()
    },
    mend() {
      isCut = false
    },
    aim(next) {
      target = next
      end()
    },
    lead(next) {
      target = next
    },
    close() {
      server.close()
      end()
    },
  }
}
