/** What a subscriber answers to what it heard. */
export interface Reply {
  /** Messages, which leave in one write. */
  readonly say?: readonly string[]
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
  /** The messages by which a client publishes one text after the other. */
  publish?(texts: readonly string[]): readonly string[]
}

/** The server says nothing but publications. */
export const plainDialect = (): WebSocketDialect => ({
  path: '/',
  opened: () => ({ ready: true }),
  heard: () => ({}),
  noted() {},
})

/** A room in which everything that a client says is published. */
export const roomDialect = (): WebSocketDialect => ({ ...plainDialect(), publish: (texts) => texts })

/** A plain WebSocket of Baro, on the channel's own URL. */
export const baroPlainDialect = (): WebSocketDialect => ({
  path: '/baro/channels/bench',
  opened: () => ({}),
  heard: () => ({ ready: true }),
  noted() {},
  publish: (texts) => texts.map((text) => message('tick', { text })),
})

/** Centrifugo. Its messages may hold several commands or replies, one on each line. */
export const centrifugoDialect = (): WebSocketDialect => {
  let number = 2
  return {
    path: '/connection/websocket',
    opened: () => ({
      // Several commands may come in one message, each on its line.
      say: [`${JSON.stringify({ id: 1, connect: {} })}\n${JSON.stringify({ id: 2, subscribe: { channel: 'bench' } })}`],
    }),
    heard(text) {
      if (text.includes('"error"')) throw new Error(`Centrifugo answered ${text}`)
      if (text === '{}') return { say: ['{}'] }
      return text.includes('"id":2') ? { ready: true } : {}
    },
    noted() {},
    // One command in each message, as its own client sends what is published one by one.
    publish: (texts) =>
      texts.map((text) => JSON.stringify({ id: ++number, publish: { channel: 'bench', data: { text } } })),
  }
}

let producers = 0

/** The SDK of Baro. */
export const baroDialect = (): WebSocketDialect => {
  const producer = `bench-${++producers}`
  let position: string | undefined
  let attempt = 0
  let [number, confirmed] = [0, 0]
  const noted = (text: string): void => {
    position = (JSON.parse(text) as { payload: { position: string } }).payload.position
  }
  return {
    path: '/baro/connect',
    // As the SDK does: what it follows is asked for before the hub has answered.
    opened: () => ({ say: [baroConnect(), baroSubscribe(++attempt, position)] }),
    heard(text) {
      if (text.startsWith('{"type":"baro:published"')) {
        confirmed++
        return {}
      }
      if (text.startsWith('{"type":"baro:heartbeat"')) return { say: [text] }
      if (text.startsWith('{"type":"baro:connected"')) return {}
      if (!/^\{"type":"baro:(reset|recovered)"/.test(text)) throw new Error(`The hub answered ${text}`)
      noted(text)
      return { ready: true }
    },
    noted,
    publish: (texts) =>
      texts.map((text) => {
        const id = `${producer}-${++number}`
        const turn = { producer, number, confirmed }
        return message('baro:publish', { id, channel: 'bench', type: 'tick', payload: { text }, ...turn })
      }),
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
      if (text.startsWith('0')) return { say: [`40${session ? JSON.stringify(session) : ''}`] }
      if (text === '2') return { say: ['3'] }
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
    publish: (texts) => texts.map((text) => `42${JSON.stringify(['tick', text])}`),
  }
}

/** A client of Supabase Realtime in a room of a hub, which gets its own broadcasts too. */
export const supabaseDialect = (): WebSocketDialect => {
  let number = 1
  return {
    path: supabasePath,
    opened: () => ({ say: [JSON.stringify(['1', '1', 'realtime:bench', 'phx_join', { config: selfConfig }])] }),
    heard: supabaseHeard,
    noted() {},
    publish: (texts) =>
      texts.map((text) => {
        const said = { type: 'broadcast', event: 'tick', payload: { text } }
        return JSON.stringify(['1', String(++number), 'realtime:bench', 'broadcast', said])
      }),
  }
}

const supabasePath = '/realtime/v1/websocket?apikey=anon&vsn=2.0.0'
const selfConfig = { broadcast: { self: true } }

function supabaseHeard(text: string): Reply {
  if (text.includes('"status":"error"')) throw new Error(`The hub answered ${text}`)
  return text.includes('"phx_reply"') ? { ready: true } : {}
}

/** So many rows does each subscriber follow, each by a filter of its own. */
export const rowsEach = 100

let [supabaseReaders, sdkReaders] = [0, 0]

const idsOf = (reader: number): readonly number[] =>
  Array.from({ length: rowsEach }, (_, index) => reader * rowsEach + index)

/** A client of Supabase Realtime that follows rows. */
export const supabaseRowsDialect = (): WebSocketDialect => {
  const ids = idsOf(supabaseReaders++)
  const binding = { event: '*', schema: 'public', table: 'ticks' }
  const config = { postgres_changes: ids.map((id) => ({ ...binding, filter: `id=eq.${id}` })) }
  return {
    path: supabasePath,
    opened: () => ({ say: [JSON.stringify(['1', '1', 'realtime:rows', 'phx_join', { config }])] }),
    heard: supabaseHeard,
    noted() {},
  }
}

/** The SDK, which follows rows. */
export const baroRowsDialect = (): WebSocketDialect => {
  const ids = idsOf(sdkReaders++)
  let answered = 0
  return {
    path: '/baro/connect',
    opened: () => ({
      say: [
        baroConnect(),
        ...ids.map((id) =>
          message('baro:subscribe', { channel: `rows:public.ticks:id.eq.${id}`, attempt: 1, version: '1' }),
        ),
      ],
    }),
    heard(text) {
      if (text.startsWith('{"type":"baro:heartbeat"')) return { say: [text] }
      if (text.startsWith('{"type":"baro:error"')) throw new Error(`The hub answered ${text}`)
      if (text.startsWith('{"type":"baro:reset"')) answered++
      return answered === ids.length ? { ready: true } : {}
    },
    noted() {},
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
