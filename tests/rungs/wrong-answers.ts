/** A server in front of a hub that answers in its place, as portals, proxies and hubs that are down do, until it is told not to. */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** What it answers with. `undefined`: it hangs up. */
export type WrongAnswer =
  | {
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
      readonly isCut?: boolean
    }
  | undefined

/** The server. */
export interface WrongServer {
  readonly origin: string
  /** How often a connection was asked for since it began to answer wrongly. */
  readonly asked: number
  /** From now on: in place of the hub, or, with `hub`, by it. */
  answer(what: WrongAnswer | 'hub'): void
  close(): Promise<void>
}

/** Opens it in front of a local port. */
export async function createWrongServer(port: number): Promise<WrongServer> {
  let wrong: WrongAnswer | 'hub' = 'hub'
  let asked = 0
  const sockets = new Set<Socket>()

  function refuse(response: ServerResponse): void {
    asked++
    if (wrong === undefined || wrong === 'hub') return void response.socket?.destroy()
    const { status, headers, body = '', isCut } = wrong
    // A body that ends before its length is one that was cut.
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) + (isCut ? 10 : 0) })
    if (isCut) response.write(body, () => response.socket?.destroy())
    else response.end(body)
  }

  function passOn(from: IncomingMessage, to: ServerResponse): void {
    const { method, url, headers } = from
    const passed = request({ port, host: '127.0.0.1', method, path: url, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(to)
    })
    passed.on('error', () => to.destroy())
    to.on('close', () => passed.destroy())
    from.pipe(passed)
  }

  const server = createServer((from, to) => {
    if (from.url?.startsWith('/login')) to.writeHead(200, { 'content-type': 'text/html' }).end('<form>')
    // Whether the hub is there at all is asked apart from a connection.
    else if (from.url?.endsWith('/health') && wrong !== 'hub') to.destroy()
    else if (wrong === 'hub') passOn(from, to)
    else refuse(to)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (from: IncomingMessage, socket: Socket, head: Buffer) => {
    if (wrong === 'hub') {
      const target = connect(port, '127.0.0.1', () => {
        const headers = Object.entries(from.headers).map(([name, value]) => `${name}: ${value}\r\n`)
        target.write(`GET ${from.url} HTTP/1.1\r\n${headers.join('')}\r\n`)
        target.write(head)
        socket.pipe(target).pipe(socket)
      })
      sockets.add(target)
      for (const one of [socket, target])
        one
          .on('error', () => {})
          .on('close', () => {
            socket.destroy()
            target.destroy()
          })
      return
    }
    asked++
    if (wrong === undefined) return void socket.destroy()
    const { status, headers = {}, body = '' } = wrong
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 ${status} Wrong\r\n${lines.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get asked() {
      return asked
    },
    answer(what) {
      wrong = what
      asked = 0
      // What is open ends: the network has changed.
      if (what !== 'hub') for (const socket of sockets) socket.destroy()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
