import { BaroError, type Log } from '@baro/core'
import type { HubClock, Recover } from '@baro/core/broker'
import type { Hub, Identity, Limits } from '@baro/server'
import { assembleHub, type Guards } from '@baro/server/parts'
import type { SeededRandomness } from '../seeded-randomness.ts'
import type { BrokerLink } from './broker-link.ts'
import type { Room } from './channels.ts'
import type { Issuer } from './issuer.ts'
import type { Members } from './members.ts'
import { type NodeLife, type PermissionWatch, slowestAuthMs, slowestRuleMs } from './permission-watch.ts'
import { createProcessClock } from './process-clock.ts'
import type { Tally } from './tally.ts'

/** Bounds small enough to be reached within a few hundred steps. */
export const limits = {
  maxOutboxBytes: 2_048,
  maxReplyBytes: 600,
  catchUpPublications: 4,
  catchUpBytes: 1_024,
  connectTimeoutMs: 5_000,
  messagesPerSecond: 5,
  maxMessagesAtWork: 4,
} as const

export const heartbeatIntervalMs = 5_000
/** How long a publish may be repeated with its id. */
export const publishWindowMs = 20_000

/** How long a hub holds a request whose question has no answer yet. */
const longestRequestMs = 30_000

/** The application refuses notes that begin with this. */
export const refusedText = 'refuse '

/** A running server process. */
export interface SimulatedNode {
  readonly name: string
  readonly hub: Hub
  /** Names this life of it. */
  readonly life: NodeLife
  readonly broker: BrokerLink
  /** The process is gone, between two instructions. */
  kill(): void
}

/** What a node is started with. */
export interface NodeParts {
  readonly name: string
  readonly room: Room
  readonly clock: HubClock
  readonly randomness: SeededRandomness
  readonly broker: BrokerLink
  readonly recover: Recover
  readonly limits: Partial<Limits>
  /** What decides who may read: the real parts, or some with a guard taken out. */
  readonly guards: Omit<Guards, 'recover'>
  readonly issuer: Issuer
  readonly members: Members
  readonly permissions: PermissionWatch
  /** Names this life of the node. */
  readonly life: NodeLife
  readonly tally: Tally
  readonly log: Log
  /** Nothing is in the way any more: no handler takes longer than a link lives. */
  isCalm(): boolean
  /** The application could not say what became of a publish. */
  doubted(id: string): void
  /** The application is asked about a user, and takes its time. */
  waits(user: string, channel: string | undefined): void
  /** A page's publish is given to its handler, as one of this user. */
  publishes(id: string, user: string | undefined): void
}

/** Starts a real hub, with an application that takes its time for some events. */
export function startNode({
  name,
  room,
  clock,
  randomness,
  broker,
  recover,
  limits,
  guards,
  issuer,
  members,
  permissions,
  life,
  tally,
  log,
  isCalm,
  doubted,
  waits,
  publishes,
}: NodeParts): SimulatedNode {
  const work = randomness.fork('work')
  const processClock = createProcessClock(clock, () => (work.chance(0.1) ? 1 : 0))
  const hub = assembleHub(
    {
      channels: [room],
      broker,
      clock: processClock,
      randomness,
      log,
      limits,
      heartbeatIntervalMs,
      publishWindowMs,
      development: false,
      async auth({ token: text }) {
        const looked = permissions.looks(text)
        const token = text === undefined ? undefined : issuer.find(text)
        const hasEnded = text !== undefined && issuer.hasEnded(text)
        // What is heard meanwhile is heard by a session that nobody was let into yet.
        if (!isCalm() && work.chance(0.03)) {
          if (token) waits(token.user, undefined)
          await pause(work.integer(1, slowestAuthMs))
        }
        if (hasEnded) throw new BaroError('expired', 'This token was ended. Come back with a new one.')
        if (!token) return undefined
        const { user: id, expiresAtMs } = token
        permissions.authenticated(life, id, looked)
        return { id, claims: { looked }, ...(expiresAtMs !== undefined && { expiresAtMs }) }
      },
    },
    { ...guards, recover },
  )
  const pause = (ms: number) => new Promise<void>((resolve) => processClock.after(ms, resolve))
  const authLooked = (user: Identity | undefined) => Number(user?.claims?.looked ?? 0)
  const open = new Set<string | undefined>()
  hub.on('connected', ({ session, user }) => {
    open.add(session)
    permissions.letIn(life, session, user?.id, authLooked(user))
  })
  hub.on('disconnected', ({ session }) => open.delete(session))
  hub.on(room, {
    access({ action, session = '', user, channel }) {
      const looked = permissions.next()
      const isAllowed = members.mayRead(user?.id, channel)
      const answer = () => {
        if (action === 'read')
          permissions.ruled(life, { session, user: user?.id, channel, looked, isAllowed }, authLooked(user))
        return isAllowed
      }
      if (action !== 'publish') {
        if (isCalm() || !work.chance(0.06)) return answer()
        tally.count('access rule took its time')
        if (user) waits(user.id, channel)
        return pause(work.integer(1, slowestRuleMs)).then(answer)
      }
      if (!randomness.chance(0.05)) return isAllowed
      tally.count('access rule could not say')
      throw new BaroError('unavailable', 'Who may publish is not known at this moment. Try again.')
    },
    events: {
      note: async ({ payload, publish, id, session, user }) => {
        publishes(id, user?.id)
        if (payload.text.startsWith(refusedText)) throw new BaroError('refused', 'Not this one. Write another.')
        const takesMs = handlerMs()
        if (takesMs > longestRequestMs) tally.count('handler took longer than a request')
        if (takesMs > 0) await pause(takesMs)
        if (!open.has(session)) tally.count('handler outlived the session that asked')
        if (randomness.chance(0.01)) {
          tally.count('handler could not say')
          doubted(id)
          throw new BaroError('unavailable', 'What became of it is not known.')
        }
        await publish('note', payload)
        if (!randomness.chance(0.02)) return
        tally.count('handler threw after it had published')
        throw new Error('This comes too late to change the answer.')
      },
    },
  })

  /** Mostly at once, sometimes longer than a message travels, now and then longer than a link lives. */
  function handlerMs(): number {
    const kind = randomness.fraction()
    if (kind < 0.8) return 0
    if (kind < 0.98 || isCalm()) return randomness.integer(1, 2_000)
    return kind < 0.997 ? randomness.integer(2_000, 25_000) : longestRequestMs + randomness.integer(500, 4_000)
  }
  return {
    name,
    hub,
    life,
    broker,
    kill() {
      const { slow, gaps, repeated, paused } = hub.counters
      tally.count('slow reader cut', slow)
      tally.count('fan-out paused', paused)
      tally.count('gap found by a node', gaps)
      tally.count('repeated publish suppressed by the claim', repeated)
      processClock.kill()
      broker.kill()
    },
  }
}
