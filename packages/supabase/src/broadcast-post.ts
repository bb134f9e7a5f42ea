/** Broadcasts by HTTP, as `httpSend` and `send` of realtime-js do it, and programs without it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError, errorCodes, type Json } from '@baro/core'
import { channelNameOf, orThrow, parseJson } from '@baro/core/protocol'
import type { Hub, Participant } from '@baro/server'
import type { GatewayHost, Handshake } from '@baro/server/parts'
import { isRecord } from './wire/frame.ts'

/** What answering a broadcast works with. */
export interface BroadcastPostParts {
  readonly hub: Hub
  readonly host: GatewayHost
  readonly anonKey: string
}

/** One broadcast. */
interface Posted {
  readonly channel: string
  readonly event: string
  readonly payload: Json
}

/** `/TOPIC/events/EVENT`. */
const onePath = /^\/([^/]+)\/events\/([^/]+)$/

/**
 * Answers a POST to `/api/broadcast` (a list of messages) or `/api/broadcast/TOPIC/events/EVENT` (one message, which may be
 * bytes). What is refused is answered with its status, and nothing after it is published.
 */
export async function answerBroadcast(
  parts: BroadcastPostParts,
  rest: string,
  { request, response, handshake }: { request: IncomingMessage; response: ServerResponse; handshake: Handshake },
): Promise<void> {
  const { host } = parts
  try {
    const posted = await readPosted(host, rest, request)
    const speaker = await open(parts, handshake)
    try {
      for (const { channel, event, payload } of posted)
        if (host.hasSignal(channel, event)) await speaker.signal(channel, event, payload)
        else await speaker.publish(channel, event, payload)
    } finally {
      speaker.end()
    }
    response.writeHead(202, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    response.end('{}')
  } catch (thrown) {
    sendRefusal(response, host.explain(thrown, 'broadcast'))
  }
}

/** Somebody who broadcasts: a user, a guest, or a program. */
interface Speaker {
  publish(channel: string, event: string, payload: Json): Promise<unknown>
  signal(channel: string, event: string, payload: Json): Promise<void>
  end(): void
}

async function open({ hub, host, anonKey }: BroadcastPostParts, handshake: Handshake): Promise<Speaker> {
  const { authorization, apikey } = handshake.headers
  const bearer = typeof authorization === 'string' ? /^Bearer (.+)$/i.exec(authorization)?.[1] : undefined
  const given = bearer ?? (typeof apikey === 'string' ? apikey : undefined)
  const isGuest = given === undefined || given === anonKey
  const program = await host.program({
    ...handshake,
    headers: { ...handshake.headers, authorization: given === undefined ? undefined : `Bearer ${given}` },
  })
  if (program) return { ...program, end: () => {} }
  // Else the hub would take the key of guests in the headers for a token.
  const own = isGuest ? { ...handshake, headers: { ...handshake.headers, authorization: undefined } } : handshake
  const user = await host.authenticate(own, isGuest ? undefined : given)
  const participant: Participant = hub.open({ user, address: handshake.address })
  return {
    publish: (channel, event, payload) => participant.publish({ channel }, event, payload),
    signal: (channel, event, payload) => participant.signal({ channel }, event, payload),
    end: () => participant.end(),
  }
}

async function readPosted(host: GatewayHost, rest: string, request: IncomingMessage): Promise<readonly Posted[]> {
  const bytes = await host.bodyOf(request, host.limits.maxMessageBytes)
  const [, topic, event] = onePath.exec(rest) ?? []
  if (topic !== undefined && event !== undefined) {
    const isBytes = request.headers['content-type']?.startsWith('application/octet-stream') === true
    const payload = isBytes ? new Uint8Array(bytes) : jsonOf(bytes)
    return [{ channel: channelOf(decoded(topic)), event: decoded(event), payload }]
  }
  const body = jsonOf(bytes)
  const messages = isRecord(body) ? body.messages : undefined
  if (!Array.isArray(messages)) throw bad('The body has no list of messages.')
  return (messages as readonly Json[]).map((message) => {
    const { topic: name, event: type, payload = {} } = isRecord(message) ? message : {}
    if (typeof name !== 'string' || typeof type !== 'string') throw bad('A message has no topic or no event.')
    return { channel: channelOf(name), event: type, payload }
  })
}

function channelOf(topic: string): string {
  return orThrow(channelNameOf(topic))
}

function jsonOf(bytes: Uint8Array): Json {
  try {
    return orThrow(parseJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  } catch (error) {
    throw error instanceof BaroError ? error : bad('The body is not UTF-8.')
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw bad(`${JSON.stringify(segment.slice(0, 80))} in the URL is not encoded.`)
  }
}

function bad(what: string): BaroError {
  return new BaroError('bad-message', `${what} Send what realtime-js sends.`)
}

/** `error` and `message` are texts, as realtime-js reads them. */
export function sendRefusal(response: ServerResponse, { code, message, retryAfterMs }: BaroError): void {
  if (response.headersSent || response.destroyed) return
  if (retryAfterMs !== undefined) response.setHeader('retry-after', Math.ceil(retryAfterMs / 1_000))
  const { status } = errorCodes[code]
  // realtime-js takes 404 for a server that is too old, and hides what it says.
  response.writeHead(status === 404 ? 400 : status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    // What is left of the body is not read.
    connection: 'close',
  })
  response.end(JSON.stringify({ error: message, message, code }))
}
