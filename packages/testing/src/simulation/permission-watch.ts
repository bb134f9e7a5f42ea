/**
 * What each node knows of who may read (I8), and what it hands over. Nodes learn it from tokens, from their rules, and from
 * what they are told. What comes later is known by a number: a rule that looked before a revocation counts for nothing once
 * that is known.
 *
 *   a session may read a channel:  nothing ── its rule says yes ──▶ allowed ── no, or revoked ──▶ nothing
 *   a session:                     let in ── its token expires, or it is disconnected ──▶ over
 */
import type { FakeClock } from '../fake-clock.ts'
import type { Direction } from '../network.ts'
import type { Issuer } from './issuer.ts'
import type { Tally } from './tally.ts'
import { Violation } from './violation.ts'

/** A node, from its start to its end. */
export type NodeLife = object
/** What a message travels on: a link, or a request. */
type Way = object

/** What an application has ended: what a user follows in these channels, or all that it has open. */
export interface Ending {
  readonly user: string
  /** Absent for a disconnect. */
  readonly channels?: readonly string[] | undefined
  /** When, among all that happened. */
  readonly order: number
}

/** What a rule answered. */
export interface Ruling {
  readonly session: string
  readonly user: string | undefined
  readonly channel: string
  /** When it looked. */
  readonly looked: number
  readonly isAllowed: boolean
}

interface WatchedSession {
  readonly user: string | undefined
  /** When its `auth` looked. */
  readonly looked: number
  readonly isOver: boolean
  /** When the rule that allowed it looked, by channel. */
  readonly allowed: Map<string, number>
}

/** What a node knows. */
interface Knowledge {
  readonly endings: Ending[]
  readonly sessions: Map<string, WatchedSession>
}

/** A token on its way to a node. */
interface SentToken {
  readonly text: string
  /** By the clock of the wall. */
  readonly atMs: number
  /** How often the clock of the wall was set before. */
  readonly jumps: number
}

interface WayState {
  session?: string
  node?: string
  /** By which the client is known there; the last one that was sent, until that is taken. */
  token?: SentToken | undefined
  sent?: SentToken | undefined
  /** When the rules had to be asked again, at the latest. */
  askedAgain?: { readonly order: number; readonly byMs: number }
  isAnswered?: boolean
}

/** What a permission watch works with. */
export interface PermissionWatchParts {
  readonly clock: FakeClock
  readonly issuer: Issuer
  readonly tally: Tally
  check(assertion: () => void): void
}

/** How long a rule takes at most, and so what a refresh leads to. */
export const slowestRuleMs = 1_500
/** How long `auth` takes at most. */
export const slowestAuthMs = 2_000
/** The documented lag: within it all come back to a node that may not have heard something. */
export const lagMs = 5_000

const content = /^\{"type":"baro:(?:publications|recovered|reset|signaled)","payload":\{"channel":"([^"]+)"/

export class PermissionWatch {
  readonly #parts: PermissionWatchParts
  readonly #knowledge = new WeakMap<NodeLife, Knowledge>()
  readonly #sessions = new Map<string, { readonly node: NodeLife; session: WatchedSession }>()
  readonly #ways = new WeakMap<Way, WayState>()
  readonly #endings: Ending[] = []
  /** When an `auth` last looked at each token. */
  readonly #looked = new Map<string, number>()
  #order = 0
  #jumps = 0

  constructor(parts: PermissionWatchParts) {
    this.#parts = parts
  }

  /** A number above all before. */
  next(): number {
    return ++this.#order
  }

  /** An `auth` looks at a token now. */
  looks(text: string | undefined): number {
    const looked = this.next()
    if (text !== undefined) this.#looked.set(text, looked)
    return looked
  }

  jumped(): void {
    this.#jumps++
  }

  /** The application ends something. Nobody knows yet. */
  ends(user: string, channels: readonly string[] | undefined): Ending {
    const ending = { user, channels, order: this.next() }
    this.#endings.push(ending)
    return ending
  }

  /** A node was told what the application has ended: by the application, or by another node. */
  knows(node: NodeLife, ending: Ending): void {
    this.#of(node).endings.push(ending)
    for (const [id, session] of this.#of(node).sessions) this.#apply(node, id, session, ending)
  }

  /** A node has heard of the newest ending like this. */
  heard(node: NodeLife, user: string, channels: readonly string[] | undefined): void {
    const ending = this.#endings.findLast((one) => one.user === user && `${one.channels}` === `${channels}`)
    if (ending) this.knows(node, ending)
  }

  /** A node may not have heard something. When the lag is over, it acts as if it had heard all of it. */
  missed(node: NodeLife): void {
    const until = this.#endings.length
    if (until > this.#of(node).endings.length) this.#parts.tally.count('revocation missed by a node')
    this.#parts.clock.after(lagMs + 1, () => {
      for (const ending of this.#endings.slice(0, until)) this.knows(node, ending)
    })
  }

  /** The `auth` of a node has answered. */
  authenticated(node: NodeLife, user: string, looked: number): void {
    if (this.#isDisconnected(node, user, looked))
      this.#parts.tally.count('auth looked before a disconnect that was known when it answered')
  }

  /** A node has let a session in, whose `auth` looked at that moment. */
  letIn(node: NodeLife, id: string, user: string | undefined, looked: number): void {
    this.#sessionOf(node, id, user, looked)
  }

  /** The rule of a node has answered. */
  ruled(node: NodeLife, { session: id, user, channel, looked, isAllowed }: Ruling, authLooked: number): void {
    const { allowed } = this.#sessionOf(node, id, user, authLooked)
    const before = allowed.get(channel) ?? 0
    if (!isAllowed) {
      if (looked >= before) allowed.delete(channel)
      return
    }
    const isKnownToBeOver = this.#of(node).endings.some(
      (ending) => ending.user === user && ending.order > looked && (ending.channels?.includes(channel) ?? false),
    )
    if (isKnownToBeOver) this.#parts.tally.count('rule looked before a revocation that was known when it answered')
    else allowed.set(channel, Math.max(before, looked))
  }

  sent(way: Way, node: string, direction: Direction, text: string): void {
    const state = this.#ways.get(way) ?? {}
    this.#ways.set(way, state)
    if (direction === 'to-hub') {
      if (!/^\{"type":"baro:(?:connect|refresh)"/.test(text)) return
      const { token } = (JSON.parse(text) as { readonly payload: { readonly token?: string } }).payload
      if (token !== undefined) state.sent = { text: token, atMs: this.#parts.clock.now(), jumps: this.#jumps }
      return
    }
    state.node = node
    const [, channel] = content.exec(text) ?? []
    if (channel !== undefined) return this.#parts.check(() => this.#assertAllowed(state, channel, text))
    if (text.startsWith('{"type":"baro:connected"')) {
      state.session = (JSON.parse(text) as { readonly payload: { readonly session: string } }).payload.session
      state.token = state.sent
    } else if (text.startsWith('{"type":"baro:refreshed"')) {
      this.#parts.tally.count('token renewed on a living session')
      state.token = state.sent
      const order = this.#looked.get(state.token?.text ?? '') ?? 0
      state.askedAgain = { order, byMs: this.#parts.clock.elapsed() + slowestRuleMs + 100 }
    } else if (text.startsWith('{"type":"baro:error"')) this.#countError(text)
  }

  /** A request was answered. */
  answered(way: Way): void {
    const state = this.#ways.get(way)
    if (state) state.isAnswered = true
  }

  /** I8: no request that a node holds outlives its token. */
  assertNoneHeld(held: Iterable<Way>): void {
    for (const way of held) {
      const { sent, isAnswered } = this.#ways.get(way) ?? {}
      if (isAnswered || !sent || sent.jumps !== this.#jumps) continue
      const { expiresAtMs = Number.POSITIVE_INFINITY } = this.#parts.issuer.find(sent.text) ?? {}
      // One that comes with a token that is over already is held until `auth` has looked.
      if (this.#parts.clock.now() > Math.max(expiresAtMs, sent.atMs) + slowestAuthMs)
        throw new Violation('I8', `a request with "${sent.text}" is held although that has expired`)
    }
  }

  #assertAllowed({ session: id, token, askedAgain }: WayState, channel: string, text: string): void {
    const { clock, issuer } = this.#parts
    const fail = (why: string) => {
      throw new Violation('I8', `${id} ${why}, and was handed ${text.slice(0, 120)}`)
    }
    const { session } = this.#sessions.get(id ?? '') ?? {}
    if (!session) return fail('was let in by nobody')
    if (session.isOver) return fail('is of a user who was disconnected')
    const { expiresAtMs = Number.POSITIVE_INFINITY } = issuer.find(token?.text ?? '') ?? {}
    // A clock that was set since is looked at when the time should have come.
    if (token?.jumps === this.#jumps && clock.now() >= expiresAtMs) fail(`has a token that has expired`)
    const looked = session.allowed.get(channel)
    if (looked === undefined) return fail(`may not read ${channel}`)
    if (askedAgain && askedAgain.order > looked && clock.elapsed() > askedAgain.byMs)
      fail(`has a new token, under which no rule was asked`)
  }

  #apply(node: NodeLife, id: string, session: WatchedSession, { user, channels, order }: Ending): void {
    if (session.user !== user) return
    if (channels) {
      for (const channel of channels)
        if ((session.allowed.get(channel) ?? Number.POSITIVE_INFINITY) < order) session.allowed.delete(channel)
    } else if (session.looked < order) this.#keep(node, id, { ...session, isOver: true })
  }

  #sessionOf(node: NodeLife, id: string, user: string | undefined, looked: number): WatchedSession {
    const known = this.#of(node).sessions.get(id)
    if (known) return known
    const isOver = this.#isDisconnected(node, user, looked)
    return this.#keep(node, id, { user, looked, isOver, allowed: new Map() })
  }

  #isDisconnected(node: NodeLife, user: string | undefined, looked: number): boolean {
    return this.#of(node).endings.some((ending) => ending.user === user && !ending.channels && ending.order > looked)
  }

  #keep(node: NodeLife, id: string, session: WatchedSession): WatchedSession {
    this.#of(node).sessions.set(id, session)
    this.#sessions.set(id, { node, session })
    return session
  }

  #of(node: NodeLife): Knowledge {
    const known = this.#knowledge.get(node) ?? { endings: [], sessions: new Map() }
    this.#knowledge.set(node, known)
    return known
  }

  #countError(text: string): void {
    const { payload } = JSON.parse(text) as {
      readonly payload: { readonly code: string; readonly attempt?: number; readonly message: string }
    }
    if (payload.attempt !== undefined && payload.code === 'refused')
      this.#parts.tally.count(
        / any more\.$/.test(payload.message) ? 'subscription revoked' : 'subscription refused by its rule',
      )
    if (payload.attempt === undefined && payload.code === 'expired')
      this.#parts.tally.count(
        /has expired/.test(payload.message) ? 'session over: its token expired' : 'session over: disconnected',
      )
  }
}
