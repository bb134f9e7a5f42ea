/** Whether a rung of the ladder gets through: opened as a client opens it, with nothing but a greeting. */

import { BaroError } from '@baro/core'
import { type Clock, systemRandomness } from '@baro/core/broker'
import { createId, protocolVersion, type ServerMessage } from '@baro/core/protocol'
import { type Rung, rungTransport } from '../hub/rung-transport.ts'
import type { Check } from './check.ts'

/** What looking works with. */
export interface RungCheckParts {
  readonly address: string
  readonly token: string | undefined
  readonly clock: Clock
  readonly signal: AbortSignal
  /** So long the hub may take to greet, in milliseconds. */
  readonly patienceMs: number
  /** So long an open link must live without a word of ours, in milliseconds; 0 does not look. */
  readonly idleMs: number
}

/** What became of a link. */
export type LinkOutcome =
  | {
      readonly is: 'greeted'
      readonly ms: number
      readonly heartbeatMs: number
      readonly cutAfterMs?: number | undefined
    }
  | { readonly is: 'refused'; readonly code: string; readonly message: string }
  | { readonly is: 'closed'; readonly code: number; readonly reason: string }
  | { readonly is: 'silent' }

/** Opens a link and tells what became of it. */
export function tryLink(
  rung: Rung,
  { address, token, clock, signal, patienceMs, idleMs }: RungCheckParts,
): Promise<LinkOutcome> {
  const transport = rungTransport(rung, clock)
  return new Promise((resolve) => {
    const startedMs = clock.elapsed()
    let greeted: Extract<LinkOutcome, { is: 'greeted' }> | undefined
    let refusal: Extract<LinkOutcome, { is: 'refused' }> | undefined
    let isOver = false
    let cancel = clock.after(patienceMs, () => end({ is: 'silent' }))
    const end = (outcome: LinkOutcome): void => {
      if (isOver) return
      isOver = true
      cancel()
      link.close()
      resolve(outcome)
    }
    const link = transport.open(address, {
      opened: () =>
        link.send({
          type: 'baro:connect',
          payload: { protocol: protocolVersion, client: createId(systemRandomness), ...(token && { token }) },
        }),
      received: (message: ServerMessage) => {
        if (message.type === 'baro:error') refusal = { is: 'refused', ...codeAndWords(message.payload) }
        if (refusal) return end(refusal)
        // A hub with news is asked for a sign of life, as every client gives it.
        if (message.type === 'baro:heartbeat') link.send({ type: 'baro:heartbeat', payload: {} })
        if (message.type !== 'baro:connected' || greeted) return
        const ms = clock.elapsed() - startedMs
        greeted = { is: 'greeted', ms, heartbeatMs: message.payload.heartbeatIntervalMs }
        if (idleMs === 0) return end(greeted)
        cancel()
        cancel = clock.after(idleMs, () => end(greeted as LinkOutcome))
      },
      closed: (code, reason) =>
        end(
          refusal ??
            (greeted ? { ...greeted, cutAfterMs: clock.elapsed() - startedMs } : { is: 'closed', code, reason }),
        ),
    })
    signal.addEventListener('abort', () => end({ is: 'silent' }), { once: true })
  })
}

function codeAndWords({ code, message }: { readonly code: string; readonly message: string }) {
  return { code, message }
}

/** What the outcome of a link means for whoever runs the hub, or the proxy before it. */
export function judgeLink(rung: Rung, outcome: LinkOutcome): Check {
  const name = rung
  switch (outcome.is) {
    case 'refused':
      return { name, is: 'bad', says: `The hub refuses with "${outcome.code}": ${outcome.message}` }
    case 'closed':
      return { name, is: 'bad', says: closedWords[rung](`${outcome.code} ${outcome.reason}`.trim()) }
    case 'silent':
      return { name, is: 'bad', says: silentWords[rung] }
    case 'greeted':
      if (outcome.cutAfterMs === undefined) return { name, is: 'good', says: 'passes', ms: outcome.ms }
      return {
        name,
        is: outcome.cutAfterMs > outcome.heartbeatMs * 1.2 ? 'odd' : 'bad',
        says: `A link that was open and quiet was cut after ${seconds(outcome.cutAfterMs)}. The hub sends a heartbeat every ${seconds(outcome.heartbeatMs)}: let the proxy wait longer (nginx: proxy_read_timeout), or lower heartbeatIntervalMs.`,
        ms: outcome.ms,
      }
  }
}

const seconds = (ms: number) => `${Math.round(ms / 100) / 10} s`

const closedWords: Readonly<Record<Rung, (what: string) => string>> = {
  websocket: (what) =>
    `No WebSocket gets through (${what}). A proxy must hand on "Upgrade" and "Connection" (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade").`,
  sse: (what) => `No event stream gets through (${what}). A proxy must hand on POST to /baro/connect.`,
  'long-poll': (what) => `No held request gets through (${what}). A proxy must wait 30 seconds for an answer.`,
  poll: (what) => `Not even a plain POST gets through (${what}). Is "/baro" handed on to the hub?`,
}

const silentWords: Readonly<Record<Rung, string>> = {
  websocket: 'The WebSocket opens, and nothing comes. Something in between keeps the messages.',
  sse: 'The event stream is buffered: it opens, and its first message does not come. Let the proxy pass on what it has (nginx: proxy_buffering off; or let it obey X-Accel-Buffering), and compress no text/event-stream.',
  'long-poll': 'The hub does not answer in time.',
  poll: 'The hub does not answer in time.',
}

/** Where a link can never be opened, the transport throws. */
export function cannotOpen(rung: Rung, error: unknown): Check {
  return { name: rung, is: 'bad', says: error instanceof BaroError ? error.message : String(error) }
}
