import { BaroError } from '@baro/core'
import { accepted, type Position, parsePosition, quote, type Result, refused } from '@baro/core/protocol'
import type { Handshake } from '../../ports/socket.ts'
import { positionInTag } from '../http/entity-tag.ts'
import { longestWaitSeconds } from '../http/longest-wait.ts'

/** What a reader sees: publications, their payloads alone, or the state of the channel. */
export type View = 'publication' | 'payload' | 'state'

/** How a request reads a channel: from which position, how much, how long, and in which view. */
export interface ChannelQuery {
  readonly mode: 'snapshot' | 'poll' | 'long-poll' | 'sse' | 'backwards'
  readonly view: View
  /** The position to continue from; for `backwards`, the position to read back from. */
  readonly position: Position | undefined
  /** Most publications in the answer. */
  readonly limit: number
  /** How long the request may be held. */
  readonly waitMs: number
  /**
   * The request asks to wait, and names no position: not in the query, and for `view=state` not by `If-None-Match`
   * either.
   */
  readonly isAnonymousWait: boolean
}

/** Most publications in one answer. A `limit` may ask for fewer. */
export const maxPublications = 500

/** The longest wait without a position. Code that knows nothing of positions must neither spin nor hang. */
export const anonymousWaitMs = 1_000

const views: ReadonlySet<string> = new Set(['publication', 'payload', 'state'])

/** The query of a request. Where it says nothing, the application's defaults do. */
export function searchOf(url: string | undefined, defaults: Readonly<Record<string, string>>): URLSearchParams {
  const search = new URLSearchParams((url ?? '').split('?')[1] ?? '')
  for (const [name, value] of Object.entries(defaults)) if (!search.has(name)) search.set(name, value)
  return search
}

/** Reads the query and headers of a request to a channel's URL; never throws. */
export function parseChannelQuery(search: URLSearchParams, headers: Handshake['headers']): Result<ChannelQuery> {
  const view = search.get('view') ?? 'publication'
  const limit = Number(search.get('limit') ?? maxPublications)
  const wait = search.get('wait')
  const waitSeconds = Number(wait ?? 0)
  const live = search.get('live')
  if (!views.has(view)) return bad(`view=${quote(view)} is not publication, payload or state`)
  if (!Number.isSafeInteger(limit) || limit < 1) return bad(`limit=${quote(search.get('limit'))} is not a count`)
  if (!(waitSeconds >= 0)) return bad(`wait=${quote(wait)} is not a number of seconds`)
  if (live !== null && live !== 'sse') return bad(`live=${quote(live)} is not "sse"`)

  const isSse = live === 'sse' || (wait === null && String(headers.accept ?? '').includes('text/event-stream'))
  if (isSse && view === 'state') return bad('view=state is for GET; follow the publications instead')
  if (!isSse && view === 'payload') return bad('view=payload is for WebSocket and SSE; ask for view=publication')

  const before = search.get('before')
  const lastSeen = (isSse && headers['last-event-id']) || search.get('after')
  if (before !== null && (isSse || wait !== null || view === 'state' || lastSeen !== null))
    return bad('before= reads kept history, with nothing but limit= beside it')
  const asked = lastSeen ?? before
  const cached = view === 'state' && asked === null ? positionInTag(headers['if-none-match']) : undefined
  const position = positionFrom(asked ?? cached)
  // A tag that holds no position matches nothing of ours, and HTTP says to ignore it.
  if (!position.ok && asked !== null) return position
  const from = position.ok ? position.value : undefined
  return accepted({
    mode: isSse ? 'sse' : wait !== null ? 'long-poll' : before !== null ? 'backwards' : lastSeen ? 'poll' : 'snapshot',
    view: view as View,
    position: from,
    limit: Math.min(limit, maxPublications),
    waitMs: Math.min(waitSeconds, longestWaitSeconds) * 1_000,
    isAnonymousWait: wait !== null && from === undefined,
  })
}

function positionFrom(text: unknown): Result<Position | undefined> {
  if (text === null || text === undefined || text === '') return accepted(undefined)
  return parsePosition(String(text))
}

function bad(what: string): Result<never> {
  return refused(new BaroError('bad-message', `The query ${what}. See PROTOCOL.md, "One channel, one URL".`))
}
