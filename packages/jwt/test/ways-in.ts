/** Every way in which somebody may come to a channel with a token, and all that a hub says to them. */
import { type IncomingMessage, request } from 'node:http'
import { WebSocket } from 'ws'

/** What came of it: the code of the first error, and everything that was on the wire. */
export interface CameOf {
  /** An error code; or the close code or the status of an answer that has none; or `ECONNRESET`. */
  readonly code: string
  readonly wire: string
}

/** A hub to come to. */
export interface Place {
  readonly port: number
  readonly channel: string
  /** Where there is something to miss. */
  readonly position: string
}

/** Comes to the channel, and stays until it is refused. `undefined`: without a token. */
export type WayIn = (place: Place, token: string | undefined) => Promise<CameOf>

const headersOf = (token: string | undefined) => (token === undefined ? {} : { authorization: `Bearer ${token}` })

/** The first error code in what a hub has said. */
function codeIn(wire: string): string | undefined {
  return /"code":"([a-z-]+)"/.exec(wire)?.[1] ?? /^([a-z-]+): /.exec(wire)?.[1]
}

/** Whether a stream has said what there is to know. */
const isEnough = (wire: string) => codeIn(wire) !== undefined || wire.includes('secret')

/** One request, and its whole answer; of an event stream, as much as there is to know. */
export function ask(place: Place, path: string, token: string | undefined, body?: string): Promise<CameOf> {
  return new Promise((resolve, reject) => {
    const method = body === undefined ? 'GET' : 'POST'
    const options = { port: place.port, host: '127.0.0.1', agent: false, path, method, headers: headersOf(token) }
    const asking = request(options, async (response: IncomingMessage) => {
      let wire = ''
      // An event stream that has said an error is over, as far as it may be.
      for await (const chunk of response.setEncoding('utf8')) {
        wire += chunk
        if (response.headers['content-type']?.startsWith('text/event-stream') && isEnough(wire)) break
      }
      resolve({ code: codeIn(wire) ?? String(response.statusCode), wire: JSON.stringify(response.headers) + wire })
    })
    asking.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ECONNRESET' ? resolve({ code: error.code, wire: '' }) : reject(error),
    )
    asking.end(body)
  })
}

function listen(
  place: Place,
  path: string,
  texts: readonly string[],
  headers: Record<string, string>,
): Promise<CameOf> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${place.port}${path}`, { headers })
    let wire = ''
    socket.on('open', () => {
      for (const text of texts) socket.send(text)
    })
    socket.on('message', (data) => {
      wire += data
      // A session outlives what it may not do.
      if (isEnough(wire)) setImmediate(() => socket.close())
    })
    socket.on('unexpected-response', async (_, response: IncomingMessage) => {
      for await (const chunk of response.setEncoding('utf8')) wire += chunk
      resolve({ code: codeIn(wire) ?? String(response.statusCode), wire })
    })
    socket.on('error', () => {})
    socket.on('close', (code) => resolve({ code: codeIn(wire) ?? String(code), wire }))
  })
}

const messagesFor = ({ channel, position }: Place, token: string | undefined) => [
  { type: 'baro:connect', payload: { protocol: 1, client: 'somebody', ...(token !== undefined && { token }) } },
  { type: 'baro:subscribe', payload: { channel, attempt: 1, version: '1', position } },
]

const urlOf = ({ channel }: Place) => `/baro/channels/${channel}`

/** The ways of clients that speak the protocol, by their rung. */
export const sdkWays: Readonly<Record<string, WayIn>> = {
  'the SDK over WebSocket': (place, token) =>
    listen(
      place,
      '/baro/connect',
      messagesFor(place, token).map((message) => JSON.stringify(message)),
      {},
    ),
  'the SDK over SSE': (place, token) =>
    ask(place, '/baro/connect', undefined, JSON.stringify({ messages: messagesFor(place, token) })),
  'the SDK over long polling': (place, token) =>
    ask(place, '/baro/connect?wait=25', undefined, JSON.stringify({ messages: messagesFor(place, token) })),
  'the SDK over polling': (place, token) =>
    ask(place, '/baro/connect?wait=0', undefined, JSON.stringify({ messages: messagesFor(place, token) })),
}

/** The ways of everybody else, with the token in a header. */
export const headerWays: Readonly<Record<string, WayIn>> = {
  'a GET': (place, token) => ask(place, urlOf(place), token),
  'a poll': (place, token) => ask(place, `${urlOf(place)}?after=${place.position}`, token),
  'a long poll': (place, token) => ask(place, `${urlOf(place)}?after=${place.position}&wait=25`, token),
  'reading backwards': (place, token) => ask(place, `${urlOf(place)}?before=${place.position}`, token),
  'an EventSource': (place, token) => ask(place, `${urlOf(place)}?live=sse&after=${place.position}`, token),
  'a POST': (place, token) => ask(place, urlOf(place), token, '{"type":"message","payload":"hi"}'),
  'a plain WebSocket with a header': (place, token) =>
    listen(place, `${urlOf(place)}?after=${place.position}`, [], headersOf(token)),
}

/** The ways with the token as the first message, without being able to send a header. */
export const messageWays: Readonly<Record<string, WayIn>> = {
  'a plain WebSocket with a message': (place, token) =>
    listen(
      place,
      `${urlOf(place)}?after=${place.position}`,
      token === undefined ? [] : [JSON.stringify({ type: 'AUTH', token })],
      {},
    ),
}
