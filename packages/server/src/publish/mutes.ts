/** Who may not publish in a channel. The state of its audit channel says so, on all nodes. */
import { type Audit, BaroError, type MuteAsked, type WhoIsMuted } from '@baro/core'
import type { Clock, NowOrLater, Randomness } from '@baro/core/broker'
import { whenHere } from '@baro/core/broker'
import { createId, isSameMuted, maxMuted, quote } from '@baro/core/protocol'
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
   * Mutes a user, or all guests, until a time, or lets them speak again if that is over.
   *
   * @throws {BaroError} `bad-definition` if the channel is not `moderated`, `invalid-payload`, `not-accepted` if too many are
   * muted there, or `unavailable`.
   */
  async mute(resolved: Resolved, asked: MuteAsked, by?: string): Promise<void> {
    if (!resolved.definition.moderated)
      throw new BaroError(
        'bad-definition',
        `Nobody can be muted in "${resolved.channel}". Define it with "moderated: true".`,
      )
    const { guests, user, untilMs, reason } = asked
    const isWho = guests === undefined ? isUser(user) : guests === true && user === undefined
    if (!isWho)
      throw new BaroError(
        'invalid-payload',
        `${quote(user)} is no user: give the id, of at most 255 characters, or "guests: true" for all guests.`,
      )
    if (!Number.isSafeInteger(untilMs))
      throw new BaroError('invalid-payload', `${quote(untilMs)} is no time. Give milliseconds since 1970.`)
    const { appender, clock, randomness, auditOf } = this.#parts
    const auditing = auditOf(resolved)
    const muted = await this.#mutedIn(auditing)
    const now = clock.now()
    const others = muted.filter((one) => !isSameMuted(one, asked) && one.untilMs > now)
    if (untilMs > now && others.length >= maxMuted)
      throw new BaroError('not-accepted', `${maxMuted} users are muted in "${resolved.channel}", which is the most.`)
    const payload = { ...(guests ? { guests } : { user: user as string }), untilMs, ...reasonOf(reason) }
    await appender.append(auditing, { type: 'mute', payload, id: createId(randomness), by })
  }

  /**
   * Refuses a publish of somebody who is muted.
   *
   * @param who The user, or a guest; the application and its programs are neither.
   * @throws {BaroError} `muted`, with the time; `unavailable`.
   */
  assertMayPublish(resolved: Resolved, who: WhoIsMuted | undefined): NowOrLater<void> {
    if (!resolved.definition.moderated || !who) return
    return whenHere(this.#mutedIn(this.#parts.auditOf(resolved)), (muted) => {
      const untilMs = muted.find((one) => isSameMuted(one, who))?.untilMs ?? 0
      const leftMs = untilMs - this.#parts.clock.now()
      if (leftMs > 0)
        throw new BaroError(
          'muted',
          `${who.guests ? 'Guests' : 'You'} are muted in "${resolved.channel}" until ${timeOf(untilMs)}.`,
          { retryAfterMs: leftMs },
        )
    })
  }

  #mutedIn(auditing: Resolved): NowOrLater<Audit['muted']> {
    return this.#parts.feeds.using(auditing, (feed) => {
      const { snapshot } = feed
      return snapshot ? madeOnce(snapshot, mutedOf) : feed.loadSnapshot().then((loaded) => madeOnce(loaded, mutedOf))
    })
  }
}

function isUser(user: unknown): boolean {
  return typeof user === 'string' && user !== '' && user.length <= 255
}

/** Once for each state: every publish asks. */
function mutedOf({ valueText }: EncodedSnapshot): Audit['muted'] {
  return (JSON.parse(valueText ?? '{"muted":[]}') as Audit).muted
}

/** Dates end in the year 275760. */
function timeOf(ms: number): string {
  return new Date(Math.min(ms, 8.64e15)).toISOString()
}
