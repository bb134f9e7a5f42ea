/** Follows a channel from a position by its event stream, and comes back after each cut to where it was. */

import { BaroError } from '@baro/core'
import type { Clock } from '@baro/core/broker'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import type { Told } from './channel-door.ts'
import type { HubDoor } from './hub-door.ts'

/** What a follower is told. */
export type Followed =
  | { readonly is: 'message'; readonly message: Told }
  | { readonly is: 'away'; readonly why: string; readonly retryInMs: number }

/** What following works with. */
export interface FollowParts {
  readonly door: HubDoor
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Waits between tries, so that a hub that restarts is not asked in a loop. */
const firstWaitMs = 500
const longestWaitMs = 10_000

/**
 * Everything that follows the position, each once, until the signal is aborted.
 *
 * @throws {BaroError} what the hub refuses for good; at the first try, also that nobody answers.
 */
export async function* followChannel(
  { door, clock, signal }: FollowParts,
  path: string,
  from: string,
): AsyncGenerator<Followed> {
  let position = from
  let tries = 0
  let hasWorked = false
  while (!signal.aborted) {
    let why = 'The stream has ended'
    let askedMs: number | undefined
    try {
      for await (const { id, data, retryMs } of eventsOf(door, path, position, signal)) {
        hasWorked = true
        tries = 0
        if (retryMs !== undefined) askedMs = retryMs
        if (id) position = id
        if (data) yield { is: 'message', message: JSON.parse(data) as Told }
      }
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof BaroError && !(error.retry && hasWorked)) throw error
      why = error instanceof Error ? error.message : String(error)
    }
    const retryInMs = Math.max(askedMs ?? 0, Math.min(firstWaitMs * 2 ** tries++, longestWaitMs))
    if (signal.aborted) return
    yield { is: 'away', why, retryInMs }
    await pause(clock, retryInMs, signal)
  }
}

interface StreamEvent {
  readonly id?: string | undefined
  readonly data?: string
  readonly retryMs?: number
}

async function* eventsOf(
  door: HubDoor,
  path: string,
  position: string,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent> {
  const headers = { accept: 'text/event-stream', 'last-event-id': position }
  const response = await door.send({ path, query: { live: 'sse' }, headers, signal })
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  if (!response.ok || !isStream || !response.body) {
    await response.body?.cancel()
    // The same by a plain GET, whose answer has the words.
    await door.ask({ path, query: { after: position } })
    throw door.noHub(response)
  }
  const retries: number[] = []
  const parser = new EventSourceParserStream({ onRetry: (ms) => retries.push(ms) })
  for await (const { id, data } of response.body.pipeThrough(new TextDecoderStream() as never).pipeThrough(parser)) {
    const retryMs = retries.pop()
    yield { id, data, ...(retryMs !== undefined && { retryMs }) }
  }
  const retryMs = retries.pop()
  if (retryMs !== undefined) yield { retryMs }
}

/** Resolves after a time, or when the signal is aborted. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve()
    }
    const cancel = clock.after(ms, end)
    signal.addEventListener('abort', end)
  })
}
