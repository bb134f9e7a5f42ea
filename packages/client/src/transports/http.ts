import { type Clock, systemClock } from '@baro/core/broker'
import type { ServerMessage } from '@baro/core/protocol'
import { patienceMs } from '../machine/patience.ts'
import { runMachine } from '../machine/run-machine.ts'
import type { Link, LinkEvents, Transport } from '../ports/transport.ts'
import { connectUrl } from './connect-url.ts'
import { readEventStream } from './event-stream.ts'
import {
  type HttpLinkAction,
  type HttpLinkEvent,
  type HttpLinkState,
  type HttpRung,
  httpLinkTransition,
  isUnderWay,
  startHttpLink,
} from './http-link-machine.ts'
import { bodyOf, postMessages, readMessages } from './post-messages.ts'

/** What `createHttpTransport` takes besides its rung. */
export interface HttpTransportOptions {
  /** Default `globalThis.fetch`. */
  readonly fetch?: typeof fetch
  /** How long a poll waits before it asks again, in milliseconds. Default 3,000. */
  readonly pollIntervalMs?: number
  readonly clock?: Clock
}

/** How long a request that is answered at once, or after a wait, may take; the hub answers within 30 s. */
const deadlineMs = 40_000

/**
 * Links over plain HTTP, for networks that let no WebSocket through. One `POST …/connect` is one session of the hub: it
 * carries the greeting and every subscription with its position, so any node answers any request. There are three kinds:
 *
 * - `sse`: the hub's messages as one event stream; everything arrives at once.
 * - `long-poll`: requests that the hub holds until there is something, for networks that buffer streams.
 * - `poll`: a request every few seconds, for networks that cut whatever takes long.
 */
export function createHttpTransport(rung: HttpRung, options: HttpTransportOptions = {}): Transport {
  return {
    rung,
    open: (url, events) => openLink(rung, connectUrl(url), events, options),
  }
}

function openLink(
  rung: HttpRung,
  url: string,
  events: LinkEvents,
  { fetch, clock = systemClock, pollIntervalMs = 3_000 }: HttpTransportOptions,
): Link {
  const asked = new Map<number, AbortController>()
  const openedMs = clock.elapsed()
  /** How long the hub took to let the link in: it asks who somebody is with each request, and that may be slow. */
  let letInMs: number | undefined
  const machine = runMachine<HttpLinkState, HttpLinkEvent, HttpLinkAction>({
    clock,
    initial: startHttpLink,
    transition: (state, event) =>
      httpLinkTransition(state, event, { elapsedMs: clock.elapsed(), rung, pollIntervalMs }),
    perform(action) {
      if (action.type === 'ask') ask(action)
      else if (action.type === 'tell') events.received(action.message)
      else events.closed(action.code, action.reason)
    },
    settled() {
      for (const [number, controller] of asked) if (!isUnderWay(machine.state, number)) controller.abort()
    },
  })
  const { dispatch } = machine

  async function ask({
    request: number,
    wait,
    hold,
    messages,
  }: Extract<HttpLinkAction, { type: 'ask' }>): Promise<void> {
    const fail = (code: number, reason: string) => dispatch({ type: 'failed', request: number, code, reason })
    const hear = (messages: readonly ServerMessage[], isDone = false) => {
      letInMs ??= clock.elapsed() - openedMs
      dispatch({ type: 'heard', request: number, messages, isDone })
    }
    const controller = new AbortController()
    asked.set(number, controller)
    const isStream = wait === undefined
    const body = bodyOf(messages)
    // The first one has the time of a handshake, which the connection measures.
    const cancelLate = clock.after(
      patienceMs(body.size) + (letInMs ?? deadlineMs),
      () => wait || dispatch({ type: 'late', request: number }),
    )
    // What ends a stream is its silence.
    const cancel = clock.after(deadlineMs, () => isStream || fail(1006, 'no answer'))
    await postMessages({
      url: isStream ? url : `${url}?wait=${wait}${hold ? `&hold=${hold}` : ''}`,
      body,
      signal: controller.signal,
      fetch,
      async read(response) {
        if (isStream) await readEventStream(response, (message) => hear([message]))
        hear(isStream ? [] : await readMessages(response), true)
      },
      failed: fail,
    })
    cancel()
    cancelLate()
    asked.delete(number)
  }

  queueMicrotask(() => machine.state.isOver || events.opened())
  return {
    send(message) {
      dispatch({ type: 'say', message })
      queueMicrotask(() => dispatch({ type: 'due' }))
    },
    close: () => dispatch({ type: 'close' }),
  }
}
