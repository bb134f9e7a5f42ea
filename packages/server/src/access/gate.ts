import { BaroError, type Log, type LogFields } from '@baro/core'
import { type Cancel, type Clock, isLater, type NowOrLater, orElse, whenHere } from '@baro/core/broker'
import type { Access, AccessContext, Auth, Credentials, Identity } from '../channel/handlers.ts'
import type { Resolved } from '../channel/registry.ts'
import { describeError } from '../observe/describe-error.ts'
import type { Observing } from '../observe/observation.ts'
import type { Limits } from '../ports/limits.ts'
import type { Handshake } from '../ports/socket.ts'
import { bearerOf } from './bearer.ts'
import { Hold } from './hold.ts'
import { inTime } from './in-time.ts'
import { expired, isOver, type Permits } from './permits.ts'
import { contextOf, type Principal, whoOf } from './principal.ts'
import { isInScope, isServerKey, type KeyAction, type KeyGrant } from './server-key.ts'
import { misplacedKey, type ServerKeys } from './server-keys.ts'

/** What somebody wants to do with a channel. */
export type Action = AccessContext['action']

/** What a gate works with. */
export interface GateParts {
  readonly auth: Auth
  readonly keys: ServerKeys
  readonly clock: Clock
  readonly permits: Permits
  readonly limits: Pick<Limits, 'ruleTimeoutMs' | 'connectTimeoutMs'>
  readonly log: Log
  readonly observing: Observing
}

/**
 * Decides who may do what (I8): authenticates, asks the rules of channels, and says what a client learns of a failure.
 */
export class Gate {
  readonly #parts: GateParts

  constructor(parts: GateParts) {
    this.#parts = parts
  }

  /**
   * Finds out who somebody is. Called once for each connection and each HTTP request.
   *
   * @param token From `baro:connect`. Default: the bearer token of the headers.
   * @throws {BaroError} `unauthenticated`, `expired`, `unavailable`, or as the application's `auth` says.
   */
  authenticate(
    headers: Handshake['headers'],
    token: string | undefined = bearerOf(headers),
    withinMs: number = Number.POSITIVE_INFINITY,
  ): NowOrLater<Identity | undefined> {
    // Asked for a user, the application must not get to see it: it would look for it in its own tables, and log it.
    if (token !== undefined && isServerKey(token)) throw misplacedKey()
    const { clock, permits } = this.#parts
    const since = permits.heard
    return whenHere(this.#askAuth(token === undefined ? { headers } : { headers, token }, withinMs), (user) => {
      permits.assertNotDisconnected(user, since)
      if (isOver(clock, user)) throw expired()
      return user
    })
  }

  /**
   * {@link authenticate}, where nothing else bounds how long it may take.
   *
   * @throws {BaroError} also `unavailable`.
   */
  async authenticateInTime(headers: Handshake['headers'], token?: string): Promise<Identity | undefined> {
    return this.authenticate(headers, token, this.#parts.limits.connectTimeoutMs)
  }

  /**
   * The server key that a request shows; `undefined` if it shows none. Then it is for `auth` to say who sends it.
   *
   * @throws {BaroError} As `ServerKeys.find`.
   */
  keyIn(headers: Handshake['headers']): Promise<KeyGrant | undefined> {
    return this.#parts.keys.find(headers)
  }

  /** Ends what a server key has opened, once it does not count any more. Returns how to stop looking. */
  watchKey(grant: KeyGrant, resolved: Resolved, over: (error: unknown) => void): Cancel {
    return this.#parts.keys.watch(grant, (again) => this.assertInScope(resolved, again, 'read'), over)
  }

  /**
   * Asks the scope of a server key, which takes the place of the rule.
   *
   * @throws {BaroError} `refused`.
   */
  assertInScope({ channel }: Resolved, key: KeyGrant, action: KeyAction): void {
    if (!key.actions.has(action))
      throw new BaroError('refused', `The server key "${key.name}" may not ${action}. Add it to its actions.`)
    if (!isInScope(key, channel))
      throw new BaroError('refused', `The server key "${key.name}" is not for "${channel}". Add it to its channels.`)
  }

  #askAuth(credentials: Credentials, withinMs: number): NowOrLater<Identity | undefined> {
    return orElse(
      () => {
        const answer = this.#parts.auth(credentials)
        // What is here already needs no timer, and a poll is mostly such small things.
        if (!isLater(answer) || withinMs === Number.POSITIVE_INFINITY) return answer
        return inTime(this.#parts.clock, withinMs, Promise.resolve(answer), 'The auth of the application')
      },
      (error) => {
        if (error instanceof BaroError) throw error
        throw new BaroError('unauthenticated', 'The token was not accepted. Sign in again.', { cause: error })
      },
    )
  }

  /** Whether everybody may do everything with the channel, so that there is no rule to ask and to wait for. */
  isPublic({ handlers }: Resolved): boolean {
    return handlers.access === 'public'
  }

  /** Whether the token of a principal has expired. */
  hasExpired({ user }: Principal): boolean {
    return isOver(this.#parts.clock, user)
  }

  /**
   * Asks the rule of the channel.
   *
   * @throws {BaroError} `refused`; `expired`; `unavailable` if the rule does not answer, which is logged; or whatever the
   * rule throws, which refuses too. `explain` logs it.
   */
  assertAllowed(resolved: Resolved, principal: Principal, action: Action, type?: string): NowOrLater<void> {
    const { key } = principal
    if (key) {
      if (action === 'read' || action === 'history') return this.assertInScope(resolved, key, 'read')
      throw new BaroError('refused', 'A server key does not send messages as a client. Publish by POST.')
    }
    const { access } = resolved.handlers
    if (access === 'public') return this.#assertNotOver(principal)
    const context = { ...contextOf(principal, resolved), action, ...(type !== undefined && { type }) }
    return whenHere(this.#ask(access, resolved, context), (isAllowed) => {
      if (isAllowed !== true)
        throw new BaroError('refused', `The access rule of "${resolved.channel}" does not allow you to ${action}.`)
      this.#assertNotOver(principal)
    })
  }

  /** The rule, or what was done before it was asked, may have taken longer than the token had left. */
  #assertNotOver(principal: Principal): void {
    if (this.hasExpired(principal)) throw expired()
  }

  /**
   * Whether the rule of the channel allows something.
   *
   * @throws {BaroError} As {@link assertAllowed}, but not `refused`.
   */
  async allows(resolved: Resolved, principal: Principal, action: Action): Promise<boolean> {
    try {
      await this.assertAllowed(resolved, principal, action)
      return true
    } catch (error) {
      if (error instanceof BaroError && error.code === 'refused') return false
      throw error
    }
  }

  #ask(rule: Exclude<Access, 'public'>, { channel }: Resolved, context: AccessContext): NowOrLater<unknown> {
    const answer: unknown = rule(context)
    return typeof answer === 'object' ? this.#waitFor(answer, channel, context) : answer
  }

  async #waitFor(answer: unknown, channel: string, context: AccessContext): Promise<unknown> {
    const { clock, permits, limits, log } = this.#parts
    // The rule may have looked at what was true before the user was revoked.
    const hold = new Hold(permits, context.user, channel)
    try {
      const inItsTime = inTime(clock, limits.ruleTimeoutMs, Promise.resolve(answer), `The access rule of "${channel}"`)
      const answered = await inItsTime
      if (hold.error) throw hold.error
      return answered
    } catch (error) {
      if (error instanceof BaroError && error.code === 'unavailable')
        log.error({ ...aboutOf(context), code: error.code }, `${error.message} It refuses.`)
      throw error
    } finally {
      hold.end()
    }
  }

  /**
   * The error that a client gets: ours as it is; an error of the application is logged and hidden.
   *
   * @param where A channel, or what was asked for.
   */
  explain(error: unknown, where: string, principal: Pick<Principal, 'user' | 'session' | 'rung'> = {}): BaroError {
    const isOurs = error instanceof BaroError
    // What a schema threw goes to the log only.
    if (isOurs && !(error.code === 'handler-failed' && error.cause !== undefined)) return error
    const who = whoOf(principal)
    const channel = where.includes(':') && !where.startsWith('baro:') ? where : undefined
    this.#parts.observing.failed?.({ ...who, where, channel })
    const { session, user } = who
    this.#parts.log.error(
      { channel, session, user, code: 'handler-failed' },
      `The application threw at ${JSON.stringify(where)}: ${describeError(error)}`,
    )
    if (isOurs) return error
    return new BaroError('handler-failed', 'The application failed. The server has logged why.', { cause: error })
  }
}

function aboutOf({ channel, session, user }: AccessContext): LogFields {
  return { channel, session, user: user?.id }
}
