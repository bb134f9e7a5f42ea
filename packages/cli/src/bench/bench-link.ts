/** One client of a bench: a link that greets, follows a channel if it is to, and tells what it hears. It never comes back. */
import { type Clock, systemRandomness } from '@baro/core/broker'
import { type ClientMessage, createId, protocolVersion, type ServerMessage } from '@baro/core/protocol'
import { type Rung, rungTransport } from '../hub/rung-transport.ts'

/** What a link tells. Nothing follows `refused`, `closed` and `silent`. */
export type Heard =
  | { readonly is: 'connected'; readonly ms: number }
  /** It is where it is to be: let in, and following. */
  | { readonly is: 'open' }
  | { readonly is: 'publication'; readonly id: string; readonly atMs: number }
  /** A snapshot has come in the place of publications. */
  | { readonly is: 'reset' }
  | { readonly is: 'published'; readonly id: string; readonly hasPosition: boolean }
  | { readonly is: 'publish-refused'; readonly id: string; readonly code: string; readonly message: string }
  | { readonly is: 'refused'; readonly code: string; readonly message: string }
  | { readonly is: 'closed'; readonly code: number; readonly reason: string }
  /** It is not open after so long. */
  | { readonly is: 'silent' }

/** What a link works with. */
export interface BenchLinkParts {
  readonly address: string
  readonly token: string | undefined
  readonly clock: Clock
  /** How long it may take to be open, in milliseconds. */
  readonly patienceMs: number
  /** The channel to follow; `undefined` only greets. */
  readonly follows: { readonly channel: string; readonly version: string } | undefined
  heard(what: Heard): void
}

/** A link under way. */
export interface BenchLink {
  /** Resolves once it is open, or never will be. */
  readonly ready: Promise<void>
  send(message: ClientMessage): void
  close(): void
}

/** Opens a link. */
export function openBenchLink(
  rung: Rung,
  { address, token, clock, patienceMs, follows, heard }: BenchLinkParts,
): BenchLink {
  const startedMs = clock.elapsed()
  let settle = (): void => {}
  const ready = new Promise<void>((resolve) => {
    settle = resolve
  })
  let isGreeted = false
  let isOpen = false
  let isOver = false
  const cancel = clock.after(patienceMs, () => end({ is: 'silent' }))
  const end = (last?: Heard): void => {
    if (isOver) return
    isOver = true
    cancel()
    link.close()
    if (last) heard(last)
    settle()
  }
  const open = (): void => {
    if (isOpen) return heard({ is: 'reset' })
    isOpen = true
    cancel()
    heard({ is: 'open' })
    settle()
  }
  const tell = (publications: readonly { readonly id: string }[]): void => {
    const atMs = clock.elapsed()
    for (const { id } of publications) heard({ is: 'publication', id, atMs })
  }
  const received = (message: ServerMessage): void => {
    if (isOver) return
    switch (message.type) {
      case 'baro:connected':
        // Over HTTP each request is a session, with a greeting of its own.
        if (isGreeted) return
        isGreeted = true
        heard({ is: 'connected', ms: clock.elapsed() - startedMs })
        if (follows) link.send({ type: 'baro:subscribe', payload: { ...follows, attempt: 1 } })
        else open()
        return
      case 'baro:heartbeat':
        return link.send({ type: 'baro:heartbeat', payload: {} })
      case 'baro:reset':
        return open()
      case 'baro:recovered':
        if (!isOpen) open()
        return tell(message.payload.publications)
      case 'baro:publications':
        return tell(message.payload.publications)
      case 'baro:published': {
        const { id, position } = message.payload
        return heard({ is: 'published', id, hasPosition: position !== undefined })
      }
      case 'baro:error': {
        const { code, message: words, id } = message.payload
        if (id !== undefined) return heard({ is: 'publish-refused', id, code, message: words })
        return end({ is: 'refused', code, message: words })
      }
      case 'baro:drain':
        return end({ is: 'closed', code: 1001, reason: 'the hub drains' })
    }
  }
  const link = rungTransport(rung, clock).open(address, {
    opened: () =>
      link.send({
        type: 'baro:connect',
        payload: { protocol: protocolVersion, client: createId(systemRandomness), ...(token && { token }) },
      }),
    received,
    closed: (code, reason) => end({ is: 'closed', code, reason }),
  })
  return { ready, send: (message) => link.send(message), close: () => end() }
}
