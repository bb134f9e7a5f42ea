/** Servers that are programs of their own. */
import { connect, createServer, type Socket } from 'node:net'
import { listenOnLoopback } from './listen.ts'

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer()
  const port = await listenOnLoopback(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A connection to a program that was just started. */
export async function reached(port: number, program: string): Promise<Socket> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    if (isOpen) return socket
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${program} does not listen on port ${port}.`)
}
