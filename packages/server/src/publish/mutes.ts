/** Who may not publish in a channel. The state of its audit channel says so, on all nodes. */
import { type Audit, BaroError, type MuteAsked } from '@baro/core'
import type { Clock, NowOrLater, Randomness } from '@baro/core/broker'
import { whenHere } from '@baro/core/broker'
import { createId, maxMuted, quote } from '@baro/core/protocol'
import type { Resolved } from '../channel/registry.ts'
import type { EncodedSnapshot } from '../delivery/encode/encoded-snapshot.ts'
import { madeOnce } from '../delivery/made-once.ts'
import type { Feeds } from '../stream/feeds.ts'
import type { Appender } from './appender.ts'
import { reasonOf } from './reason.ts'

/** What muting works with. */
export interface MutesParts {
  readonly feeds: Feeds
  readonly appender: Pick<Appender, 'append'>
  readonly clock: Pick<Clock, 'now'>
  readonly randomness: Randomness
  /** The audit channel of a moderated channel. */
  auditOf(resolved: Resolved): Resolved
}

export class Mutes {
  readonly #parts: MutesParts

  constructor(parts: MutesParts) {
    this.#parts = parts
  }

  /**
   * Mutes a user until a time, or lets the user speak again if that is over.
   *
   * @throws {BaroError} `bad-definition` if the channel is not `moderated`, `invalid-payload`, `not-accepted` if too many are
   * muted there, or `unavailable`.
   */
  async mute(resolved: Resolved, { user, untilMs, reason }: MuteAsked, by?: string): Promise<void> {
    if (!resolved.definition.moderated)
      throw new BaroError(
        'bad-definition',
        `Nobody can be muted in "${resolved.channel}". Define it with "moderated: true".`,
      )
    if (typeof user !== 'string' || user === '' || user.length > 255)
      throw new BaroError('invalid-payload', `${quote(user)} is no user: give the id, of at most 255 characters.`)
    if (!Number.isSafeInteger(untilMs))
      throw new BaroError('invalid-payload', `${quote(untilMs)} is no time. Give milliseconds since 1970.`)
    const { appender, clock, randomness, auditOf } = this.#parts
    const auditing = auditOf(resolved)
    const muted = await this.#mutedIn(auditing)
    const now = clock.now()
    const others = muted.filter((one) => one.user !== user && one.untilMs > now)
    if (untilMs > now && others.length >= maxMuted)
      throw new BaroError('not-accepted', `${maxMuted} users are muted in "${resolved.channel}", which is the most.`)
    const payload = { user, untilMs, ...reasonOf(reason) }
    await appender.append(auditing, { type: 'mute', payload, id: createId(randomness), by })
  }

  /**
   * Refuses a publish of somebody who is muted. Guests have no id, so nobody can mute them.
   *
   * @throws {BaroError} `muted`, with the time; `unavailable`.
   */
  assertMayPublish(resolved: Resolved, user: string | undefined): NowOrLater<void> {
    if (!resolved.definition.moderated || user === undefined) return
    return whenHere(this.#mutedIn(this.#parts.auditOf(resolved)), (muted) => {
      const untilMs = muted.find((one) => one.user === user)?.untilMs ?? 0
      const leftMs = untilMs - this.#parts.clock.now()
      if (leftMs > 0)
        throw new BaroError('muted', `You are muted in "${resolved.channel}" until ${timeOf(untilMs)}.`, {
          retryAfterMs: leftMs,
        })
    })
  }

  #mutedIn(auditing: Resolved): NowOrLater<Audit['muted']> {
    return this.#parts.feeds.using(auditing, (feed) => {
      const { snapshot } = feed
      return snapshot ? madeOnce(snapshot, mutedOf) : feed.loadSnapshot().then((loaded) => madeOnce(loaded, mutedOf))
    })
  }
}

/** Once for each state: every publish asks. */
function mutedOf({ valueText }: EncodedSnapshot): Audit['muted'] {
  return (JSON.parse(valueText ?? '{"muted":[]}') as Audit).muted
}

/** Dates end in the year 275760. */
function timeOf(ms: number): string {
  return new Date(Math.min(ms, 8.64e15)).toISOString()
}
