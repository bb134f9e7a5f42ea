/** What a subscriber answers to what it heard. */
export interface Reply {
  readonly say?: string
  /** It is subscribed now. */
  readonly ready?: true
}

/** How one subscriber speaks to one kind of server: everything passes through here, except publications. */
export interface Dialect {
  readonly path: string
  /** The WebSocket handshake is done. */
  opened(): Reply
  /** Something arrived that is no publication, or that arrived before it was subscribed. */
  heard(text: string): Reply
  /** A publication arrived: notes where to continue from. */
  noted(text: string): void
}

/** Makes the dialect of one subscriber. */
export type CreateDialect = () => Dialect

const plain: CreateDialect = () => ({ path: '/', opened: () => ({ ready: true }), heard: () => ({}), noted() {} })

const baro: CreateDialect = () => {
  let position: string | undefined
  let attempt = 0
  const message = (type: string, payload: object): string => JSON.stringify({ type, payload })
  const noted = (text: string): void => {
    position = (JSON.parse(text) as { payload: { position: string } }).payload.position
  }
  return {
    path: '/baro/connect',
    opened: () => ({ say: message('baro:connect', { protocol: 1, client: 'a-secret-of-the-bench' }) }),
    heard(text) {
      if (text.startsWith('{"type":"baro:heartbeat"')) return { say: text }
      if (text.startsWith('{"type":"baro:connected"')) {
        attempt++
        return { say: message('baro:subscribe', { channel: 'bench', attempt, version: '1', position }) }
      }
      if (!/^\{"type":"baro:(reset|recovered)"/.test(text)) throw new Error(`The hub answered ${text}`)
      noted(text)
      return { ready: true }
    },
    noted,
  }
}

const socketIo: CreateDialect = () => {
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

/** The dialect of each server. */
export const dialects: Readonly<Record<string, CreateDialect>> = {
  net: plain,
  ws: plain,
  'socket.io': socketIo,
  'socket.io with recovery': socketIo,
  baro,
}
