/** What a subscriber answers to what it heard. */
export interface Reply {
  readonly say?: string
  /** It is subscribed now. */
  readonly ready?: true
}

/** How one subscriber speaks to one kind of WebSocket server: everything passes through here, except publications. */
export interface WebSocketDialect {
  readonly path: string
  /** The WebSocket handshake is done. */
  opened(): Reply
  /** Something arrived that is no publication, or that arrived before it was subscribed. */
  heard(text: string): Reply
  /** A publication arrived: notes where to continue from. */
  noted(text: string): void
}

/** The server says nothing but publications. */
export const plainDialect = (): WebSocketDialect => ({
  path: '/',
  opened: () => ({ ready: true }),
  heard: () => ({}),
  noted() {},
})

/** The SDK of Baro. */
export const baroDialect = (): WebSocketDialect => {
  let position: string | undefined
  let attempt = 0
  const noted = (text: string): void => {
    position = (JSON.parse(text) as { payload: { position: string } }).payload.position
  }
  return {
    path: '/baro/connect',
    opened: () => ({ say: baroConnect() }),
    heard(text) {
      if (text.startsWith('{"type":"baro:heartbeat"')) return { say: text }
      if (text.startsWith('{"type":"baro:connected"')) {
        attempt++
        return { say: baroSubscribe(attempt, position) }
      }
      if (!/^\{"type":"baro:(reset|recovered)"/.test(text)) throw new Error(`The hub answered ${text}`)
      noted(text)
      return { ready: true }
    },
    noted,
  }
}

/** Socket.IO over WebSocket. */
export const socketIoDialect = (): WebSocketDialect => {
  let session: { readonly pid: string; readonly offset?: string } | undefined
  const noted = (text: string): void => {
    const offset = (JSON.parse(text.slice(2)) as string[]).at(-1)
    if (session && offset !== undefined) session = { ...session, offset }
  }
  return {
    path: '/socket.io/?EIO=4&transport=websocket',
    opened: () => ({}),
    heard(text) {
      if (text.startsWith('0')) return { say: `40${session ? JSON.stringify(session) : ''}` }
      if (text === '2') return { say: '3' }
      if (text.startsWith('42')) {
        // What was missed comes before the answer to the connect.
        noted(text)
        return {}
      }
      if (!text.startsWith('40')) throw new Error(`Socket.IO answered ${text}`)
      const { pid } = JSON.parse(text.slice(2)) as { pid?: string }
      if (pid !== undefined) session = { ...session, pid }
      return { ready: true }
    },
    noted,
  }
}

/** The first message of the SDK. */
export function baroConnect(client = 'a-secret-of-the-bench'): string {
  return message('baro:connect', { protocol: 1, client })
}

/** The message that subscribes, from a position if there is one. */
export function baroSubscribe(attempt: number, position?: string): string {
  return message('baro:subscribe', { channel: 'bench', attempt, version: '1', position })
}

function message(type: string, payload: object): string {
  return JSON.stringify({ type, payload })
}
