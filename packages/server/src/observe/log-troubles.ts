import type { Log } from '@baro/core'
import type { EventSubject, HubEvent, HubEventName, HubObserver } from './hub-events.ts'
import { sentenceOf } from './sentences.ts'
import { troubleOf } from './trouble.ts'

/** A cause is logged again after this time, with how often it came meanwhile. */
const againAfterMs = 10_000

/**
 * What is listened to. `failed` and `skipped` write a line where they happen, with what was thrown; of the rest nothing is
 * wrong, and to listen to it would cost an object each time.
 */
const heard = [
  'refused',
  'reset',
  'disconnected',
  'cut',
  'signal-dropped',
  'slowed',
  'gap',
  'begun-anew',
  'draining',
] as const satisfies readonly HubEventName[]

/**
 * Writes what goes wrong for somebody into the log: one line for each cause in ten seconds, because a crowd that is refused
 * must not become a crowd of lines. To whom it happened, all of them, the journal knows.
 *
 * @param docsOf Where a code is explained, if it is.
 */
export function logTroubles(log: Log, docsOf: (code: string) => string | undefined): HubObserver {
  // By code, and there are few of them: nothing that a stranger chooses makes this larger.
  const causes = new Map<string, { saidAtMs: number; unsaid: number }>()
  const hear = (event: HubEvent): void => {
    const code = troubleOf(event)
    if (code === undefined) return
    const cause = `${event.name} ${code}`
    const known = causes.get(cause)
    if (known && event.atMs - known.saidAtMs < againAfterMs) {
      known.unsaid++
      return
    }
    causes.set(cause, { saidAtMs: event.atMs, unsaid: 0 })
    const more = known && known.unsaid > 0 ? ` It was so ${known.unsaid} more times since the last such line.` : ''
    const { channel, session, user }: EventSubject = event
    log.info({ channel, session, user, code, docs: docsOf(String(code)) }, `${sentenceOf(event)}${more}`)
  }
  return Object.fromEntries(heard.map((name) => [name, hear]))
}
