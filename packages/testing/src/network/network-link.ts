/**
 * One link between a client and a hub, and what may go wrong with it.
 *
 *   both hold it ──┬─ the client says goodbye ──▶ the hub learns when that arrives ──────────────┐
 *                  ├─ the hub says goodbye ──▶ the client learns, and answers ──▶ the hub learns ├──▶ over
 *                  └─ it breaks ──▶ one side learns, or both; the other has to find out itself ──┘
 */
import type { Link, LinkEvents } from '@baro/client'
import type { Cancel, HubClock } from '@baro/core/broker'
import { readJson, type ServerMessage, writeJson } from '@baro/core/protocol'
import type { SessionLink, Socket } from '@baro/server/parts'
import type { SeededRandomness } from '../seeded-randomness.ts'
import { lineFraming, messagesIn } from './framing.ts'
import { Lane, type MessageFault, type Parcel } from './lane.ts'

/** Which way a message goes. */
export type Direction = 'to-client' | 'to-hub'

/** A link as its network knows it. */
export interface NetworkLink {
  readonly client: string
  readonly node: string
  /** Whether both sides still hold it. */
  readonly isOpen: boolean
  /** Whether a message fault was planned for it: what no stream transport does, no stream transport mends. */
  readonly isDamaged: boolean
  /** Bytes the hub has written and a slow reader has not taken. */
  readonly waitingBytes: number
  /** The next message in this direction is lost, comes twice, or too late. */
  plan(fault: MessageFault, direction: Direction): void
  /** It breaks; the sides named learn of it, the others are left with silence. */
  breakFor(sides: readonly ('client' | 'hub')[]): void
  /** Nothing arrives any longer, and nobody is told: half-open if it is one direction. */
  silence(directions: readonly Direction[]): void
  /** The client's side sends a text that is not its client's own. */
  inject(text: string): void
  /** Whatever arrives waits, until `release`. */
  hold(): void
  release(): void
  /** The client stops reading: what the hub writes waits in its socket. */
  stopReading(): void
  /** The client reads again. */
  readOn(): void
}

/** What a link needs of its network. */
export interface NetworkLinkParts {
  readonly client: string
  readonly node: string
  readonly clock: HubClock
  readonly randomness: SeededRandomness
  readonly latencyMs: readonly [number, number]
  /** How long the hub's side waits for the answer to its goodbye. */
  readonly closeTimeoutMs: number
  readonly events: LinkEvents
  /** A message fault took effect. */
  count(fault: MessageFault, text: string): void
  /** A message was handed to the link, whatever becomes of it. */
  sent(link: NetworkLink, direction: Direction, text: string): void
  /** The hub's side wrote, or a reader took what waited. */
  over(link: NetworkLink): void
}

/** A link, with the end for each side. */
export interface LinkEnds {
  readonly link: NetworkLink
  readonly clientEnd: Link
  readonly hubEnd: Socket
  /** The hub took it: from now on its session is told. */
  accepted(session: SessionLink): void
  /** The client learns that it may send. */
  opened(): void
  /** The hub is no more: its side ends without anybody being told. */
  forgetHub(): void
}

/** Makes a link whose ends both believe in it. */
export function createNetworkLink(parts: NetworkLinkParts): LinkEnds {
  const { clock, randomness, latencyMs, events } = parts
  let session: SessionLink | undefined
  let clientHolds = true
  let hubHolds = true
  let saidGoodbye = false
  let goodbyeTimer: Cancel | undefined
  let waiting: string[] | undefined
  let waitingBytes = 0
  let isDamaged = false
  const unread: Parcel[] = []
  let isWaiting = false
  let goodbye: { readonly code: number; readonly reason: string } | undefined

  const toClient = new Lane({
    ...parts,
    arrive: (parcel) => {
      if (!clientHolds) return
      if (parcel.kind === 'message') return events.received(readJson(parcel.text) as ServerMessage)
      toHub.send({ kind: 'close', code: parcel.code, reason: parcel.reason })
      endClient(parcel)
    },
  })
  const toHub = new Lane({
    ...parts,
    arrive: (parcel) => {
      unread.push(parcel)
      if (!isWaiting) read()
    },
  })

  /** The hub's side reads what has come, as fast as the session's allowance lets it. */
  function read(): void {
    isWaiting = false
    for (let parcel = unread.shift(); parcel; parcel = unread.shift()) {
      if (parcel.kind === 'close') return endHub()
      if (!hubHolds || !session) continue
      const waitMs = session.spend(1, parcel.text.length)
      session.receive(parcel.text)
      if (waitMs > 0) return wait(waitMs)
    }
  }

  function wait(waitMs: number): void {
    isWaiting = true
    clock.after(waitMs, () => {
      const more = hubHolds ? (session?.spend(0, 0) ?? 0) : 0
      if (more > 0) wait(more)
      else read()
    })
  }

  function endClient(told?: { readonly code: number; readonly reason: string }): void {
    if (!clientHolds) return
    clientHolds = false
    toClient.end()
    if (told) events.closed(told.code, told.reason)
    overIfForgotten()
  }

  function endHub(): void {
    if (!hubHolds) return
    forgetHub()
    session?.closed()
  }

  function forgetHub(): void {
    hubHolds = false
    waiting = undefined
    waitingBytes = 0
    goodbyeTimer?.()
    toHub.end()
    overIfForgotten()
  }

  function overIfForgotten(): void {
    if (!clientHolds && !hubHolds) parts.over(link)
  }

  function sendToClient(text: string): void {
    toClient.send({ kind: 'message', text })
  }

  function sayGoodbye(): void {
    if (goodbye) toClient.send({ kind: 'close', ...goodbye })
  }

  const link: NetworkLink = {
    client: parts.client,
    node: parts.node,
    get isOpen() {
      return clientHolds && hubHolds
    },
    get isDamaged() {
      return isDamaged
    },
    get waitingBytes() {
      return waitingBytes
    },
    plan(fault, direction) {
      isDamaged = true
      ;(direction === 'to-client' ? toClient : toHub).plan(fault)
    },
    breakFor(sides) {
      toClient.silence()
      toHub.silence()
      const soon = (run: () => void) => clock.after(randomness.integer(...latencyMs), run)
      if (sides.includes('client')) soon(() => endClient({ code: 1006, reason: '' }))
      if (sides.includes('hub')) soon(endHub)
    },
    silence(directions) {
      if (directions.includes('to-client')) toClient.silence()
      if (directions.includes('to-hub')) toHub.silence()
    },
    inject(text) {
      if (!clientHolds) return
      parts.sent(link, 'to-hub', text)
      toHub.send({ kind: 'message', text })
    },
    hold() {
      toClient.hold()
      toHub.hold()
    },
    release() {
      toClient.release()
      toHub.release()
    },
    stopReading() {
      waiting ??= []
    },
    readOn() {
      const late = waiting ?? []
      waiting = undefined
      waitingBytes = 0
      for (const text of late) sendToClient(text)
      sayGoodbye()
      if (hubHolds) session?.drained()
    },
  }

  return {
    link,
    clientEnd: {
      send(message) {
        if (!clientHolds) return
        const text = writeJson(message)
        parts.sent(link, 'to-hub', text)
        toHub.send({ kind: 'message', text })
      },
      close() {
        if (!clientHolds) return
        toHub.send({ kind: 'close', code: 1000, reason: '' })
        endClient()
      },
    },
    hubEnd: {
      framing: lineFraming,
      get waitingBytes() {
        return waitingBytes
      },
      write(pieces) {
        const bytes = Buffer.concat(pieces)
        if (!hubHolds || saidGoodbye) return
        for (const text of messagesIn(bytes)) {
          parts.sent(link, 'to-client', text)
          if (waiting) waiting.push(text)
          else sendToClient(text)
        }
        if (waiting) waitingBytes += bytes.length
      },
      close(code, reason) {
        if (!hubHolds || saidGoodbye) return
        saidGoodbye = true
        goodbye = { code, reason }
        goodbyeTimer = clock.after(parts.closeTimeoutMs, () => {
          toClient.silence()
          endHub()
        })
        if (!waiting) sayGoodbye()
      },
    },
    accepted(accepted) {
      session = accepted
    },
    opened() {
      if (clientHolds) events.opened()
    },
    forgetHub,
  }
}
