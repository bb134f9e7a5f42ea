import type { HubEvent, HubEventName, HubObserver, SessionRung, Who } from './hub-events.ts'

/** Events of one session, or of one channel, that are kept at once: of what it had more, the oldest are forgotten. */
const mostEvents = 200

/** What an event takes in memory, about, without its texts; and whoever it is of, beside its events. Measured (`journal.test.ts`). */
const eventBytes = 240
const ownerBytes = 420

/** An event that was kept. */
export type JournalEvent = HubEvent & {
  /** How often it came, one right after the other. */
  readonly times: number
  /** When it came last. */
  readonly untilMs: number
}

/** What is known of one session, user or channel. */
export interface JournalPage {
  /** From this moment on nothing is missing. What was before it, nobody knows any more. */
  readonly sinceMs: number
  /** Oldest first. */
  readonly events: readonly JournalEvent[]
}

/** A session that the journal knows. */
export interface JournalSession {
  readonly session: string
  readonly user: string | undefined
  readonly rung: SessionRung | undefined
  /** When it last did something that is kept. */
  readonly atMs: number
}

/** What a journal works with. */
export interface JournalParts {
  /** When it begins. */
  readonly nowMs: number
  /** What all events may take in memory together. */
  readonly maxBytes: number
}

/** One event, in the order of its owner, and in the order of all. */
interface Entry {
  readonly event: HubEvent
  readonly owner: Owner
  readonly bytes: number
  times: number
  untilMs: number
  older: Entry | undefined
  newer: Entry | undefined
}

/** Whose events they are. */
interface Owner {
  readonly name: string
  /** Its user may become known later, or another one's. */
  who: Who
  readonly entries: Entry[]
  /** Up to this moment something of it was forgotten. */
  forgottenUntilMs: number | undefined
}

/** What is kept. A publication stands in the history of its channel, and a delivery is the same for all who are live. */
const kept = [
  'connected',
  'disconnected',
  'subscribed',
  'unsubscribed',
  'recovered',
  'reset',
  'live',
  'cut',
  'signal-dropped',
  'refused',
  'slowed',
  'failed',
  'gap',
  'begun-anew',
  'skipped',
  'draining',
] as const satisfies readonly HubEventName[]

/**
 * Remembers what happened to whom, so that somebody can ask why (I7: in one bounded place). The last 200 events of each
 * session and channel; of all together so many that they fit, and the oldest goes first. It never keeps what was said: no
 * payload, token or key.
 */
export class Journal {
  readonly #maxBytes: number
  readonly #owners = new Map<string, Owner>()
  #oldest: Entry | undefined
  #newest: Entry | undefined
  #bytes = 0
  #sinceMs: number

  constructor({ nowMs, maxBytes }: JournalParts) {
    this.#sinceMs = nowMs
    this.#maxBytes = maxBytes
  }

  /** What has to observe the hub. */
  get observer(): HubObserver {
    return Object.fromEntries(kept.map((name) => [name, (event: HubEvent) => this.take(event)]))
  }

  /** What it takes in memory, about. */
  get bytes(): number {
    return this.#bytes
  }

  /** From this moment on nothing of this node is missing, but of those that had more than 200 events. */
  get sinceMs(): number {
    return this.#sinceMs
  }

  /** Keeps an event. */
  take(event: HubEvent): void {
    if (isEmptyPoll(event)) return
    const name = ownerOf(event)
    const owner = this.#owners.get(name) ?? this.#begin(name, event)
    const { user }: Who = event as Who
    if (user !== undefined && user !== owner.who.user) owner.who = { ...owner.who, user }
    const last = owner.entries.at(-1)
    if (last && isRepeat(last.event, event)) {
      last.times++
      last.untilMs = event.atMs
      return
    }
    const bytes = eventBytes + textBytesOf(event)
    const entry: Entry = { event, owner, bytes, times: 1, untilMs: event.atMs, older: this.#newest, newer: undefined }
    if (this.#newest) this.#newest.newer = entry
    else this.#oldest = entry
    this.#newest = entry
    owner.entries.push(entry)
    this.#bytes += bytes
    const [first] = owner.entries
    if (first && owner.entries.length > mostEvents) this.#forget(first)
    while (this.#bytes > this.#maxBytes && this.#oldest) {
      this.#sinceMs = this.#oldest.untilMs
      this.#forget(this.#oldest)
    }
  }

  /** The events of a session. */
  ofSession(session: string): JournalPage {
    return this.#page(`session ${session}`)
  }

  /** Those of a user who came by single requests, which are no sessions that last. */
  ofUser(user: string): JournalPage {
    return this.#page(`user ${user}`)
  }

  /** Those of a channel that belong to nobody. */
  ofChannel(channel: string): JournalPage {
    return this.#page(`channel ${channel}`)
  }

  /** The sessions of a user, or all; the newest first. */
  sessions(user?: string): readonly JournalSession[] {
    const found: JournalSession[] = []
    for (const { who, entries } of this.#owners.values()) {
      const last = entries.at(-1)
      if (who.session === undefined || isRequest(who.rung) || !last || (user !== undefined && who.user !== user))
        continue
      found.push({ session: who.session, user: who.user, rung: who.rung, atMs: last.untilMs })
    }
    return found.sort((one, other) => other.atMs - one.atMs)
  }

  /** The newest events of the node that a filter lets through, newest first. */
  newest(limit: number, filter: (event: HubEvent) => boolean): readonly JournalEvent[] {
    const found: JournalEvent[] = []
    for (let entry = this.#newest; entry && found.length < limit; entry = entry.older)
      if (filter(entry.event)) found.push(shown(entry))
    return found
  }

  #page(name: string): JournalPage {
    const owner = this.#owners.get(name)
    const sinceMs = Math.max(this.#sinceMs, owner?.forgottenUntilMs ?? 0)
    return { sinceMs, events: owner?.entries.map(shown) ?? [] }
  }

  #begin(name: string, event: HubEvent): Owner {
    const { session, user, rung }: Who = event as Who
    const owner: Owner = { name, who: { session, user, rung }, entries: [], forgottenUntilMs: undefined }
    this.#owners.set(name, owner)
    this.#bytes += bytesOfOwner(owner)
    return owner
  }

  /** It is the oldest of its owner: what is oldest of all is oldest of its own too. */
  #forget(entry: Entry): void {
    const { owner, older, newer, bytes, untilMs } = entry
    if (older) older.newer = newer
    else this.#oldest = newer
    if (newer) newer.older = older
    else this.#newest = older
    this.#bytes -= bytes
    owner.entries.shift()
    owner.forgottenUntilMs = untilMs
    if (owner.entries.length === 0 && this.#owners.delete(owner.name)) this.#bytes -= bytesOfOwner(owner)
  }
}

/** Whose event it is. A session that is one request is gone before anybody asks: there it is the user's. */
function ownerOf(event: HubEvent): string {
  const { session, user, rung }: Who = event as Who
  if (session !== undefined && !isRequest(rung)) return `session ${session}`
  if (user !== undefined) return `user ${user}`
  const { channel } = event as { readonly channel?: string }
  return channel === undefined ? 'node' : `channel ${channel}`
}

/** A client that asks for news every second would fill the journal with its having asked. */
function isEmptyPoll(event: HubEvent): boolean {
  switch (event.name) {
    case 'connected':
    case 'disconnected':
    case 'subscribed':
    case 'unsubscribed':
      return isRequest(event.rung)
    case 'recovered':
      return isRequest(event.rung) && event.publications === 0
    default:
      return false
  }
}

function isRequest(rung: SessionRung | undefined): boolean {
  return rung === 'poll' || rung === 'long-poll'
}

/** Whether it says the same once more, so that a number is enough. */
function isRepeat(last: HubEvent, event: HubEvent): boolean {
  if (last.name !== event.name) return false
  switch (event.name) {
    case 'refused':
      return event.code === (last as typeof event).code && event.channel === (last as typeof event).channel
    case 'signal-dropped':
      return event.channel === (last as typeof event).channel
    case 'failed':
      return event.where === (last as typeof event).where
    case 'slowed':
      return true
    default:
      return false
  }
}

/** A letter beyond Latin takes two bytes. A name counts each time: two events may hold two copies of it. */
function textBytesOf(event: HubEvent): number {
  const { user = '', session = '' }: Who = event as Who
  const { channel = '' } = event as { readonly channel?: string }
  const said = event.name === 'refused' ? event.message : event.name === 'disconnected' ? event.reason : ''
  return session.length + channel.length + 2 * (user.length + said.length)
}

/** Its name holds the name of a session, a user or a channel. */
function bytesOfOwner({ name }: Owner): number {
  return ownerBytes + 2 * name.length
}

function shown({ event, times, untilMs }: Entry): JournalEvent {
  return { ...event, times, untilMs }
}
