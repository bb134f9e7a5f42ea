import type { ResetReason } from '@baro/core/broker'
import type { HubEvent, Who } from './hub-events.ts'
import { korean } from './korean-sentences.ts'
import type { Language, Telling } from './telling.ts'

/** What each reason of a reset says. */
const resetSentences: Readonly<Record<ResetReason, string>> = {
  none: 'it came without a position, as a first visit does.',
  queried: 'it came from a snapshot of the database, from which the stream cannot go on.',
  epoch: 'its position is of another life of the stream: the broker was emptied, or the channel began anew.',
  'beyond-head': 'its position is beyond the end of the stream: the broker has lost its newest publications.',
  trimmed: 'what follows its position is not kept any more.',
  rewritten: 'another publication stands where it is: history was rewritten.',
  refused: 'the access rule does not let it have history.',
}

/**
 * One event as a sentence, for the log and for the answers to why. It names codes, so that a person can look them up.
 *
 * @param language Default: English.
 *
 * @example
 * ```ts
 * hub.observe({ cut: (event) => console.log(sentenceOf(event, 'ko')) })
 * ```
 */
export function sentenceOf(event: HubEvent, language: Language = 'en'): string {
  return tellingIn(language).sentenceOf(event)
}

/** What is said in a language. */
export function tellingIn(language: Language): Telling {
  return language === 'ko' ? korean : english
}

/** What is said in English: the log says nothing else. */
export const english: Telling = {
  sentenceOf: englishOf,
  wasLive: 'It was live when the publication came, so it was handed to its link.',
  isLive: 'It is live.',
  hasNotSubscribed: 'It has not subscribed to the channel.',
  journalBeginsLater: 'The journal begins after this publication.',
  nothingWrong: 'Nothing went wrong that the journal knows.',
  getsNoSignals: 'It asks by single requests, so no signal reaches it: signals are for open streams.',
}

function englishOf(event: HubEvent): string {
  switch (event.name) {
    case 'connected':
      return `${nameOf(event)} connected by ${event.rung ?? 'an unknown link'}.`
    case 'disconnected':
      return `${nameOf(event)} was disconnected: ${endOf(event)}`
    case 'subscribed':
      return `${nameOf(event)} asked for the channel ${startOf(event.from)}.`
    case 'unsubscribed':
      return `${nameOf(event)} does not follow the channel any more.`
    case 'recovered':
      return `${nameOf(event)} went on from its position: ${count(event.publications, 'publication')}, up to offset ${event.offset}.`
    case 'reset':
      if (event.reason === 'none')
        return `${nameOf(event)} got the newest state${at(event.offset)}: ${resetSentences.none}`
      return `${nameOf(event)} got the newest state${at(event.offset)} in place of what it missed (${event.reason}): ${resetSentences[event.reason]}`
    case 'live':
      return `${nameOf(event)} has caught up, and is live from offset ${event.offset} on.`
    case 'cut':
      return `${nameOf(event)} did not read fast enough, so it was cut${at(event.offset)} and catches up when there is room (slow).`
    case 'signal-dropped':
      return `${nameOf(event)} did not read fast enough, so a signal was left out (slow). Signals are not kept.`
    case 'refused':
      return `${nameOf(event)} was answered with "${event.code}": ${event.message}`
    case 'slowed':
      return `${nameOf(event)} sends more than it may (rate-limited), so nothing is read from it for ${Math.ceil(event.waitMs)} ms.`
    case 'failed':
      return `Code of the application threw at ${JSON.stringify(event.where)} (handler-failed). The log has what it threw.`
    case 'published':
      return `${count(event.publications, 'publication')} of type ${JSON.stringify(event.type)} came, up to offset ${event.offset}.`
    case 'handled':
      return `The handler of ${JSON.stringify(event.type)} took ${event.tookMs.toFixed(1)} ms.`
    case 'signalled':
      return `A signal of type ${JSON.stringify(event.type)} was sent.`
    case 'delivered':
      return `${count(event.publications, 'publication')} up to offset ${event.offset} went to ${count(event.readers, 'live reader')}.`
    case 'gap':
      return `The broker did not tell all that follows offset ${event.offset} (gap). The node reads what is missing.`
    case 'begun-anew':
      return `The channel began another life, at offset ${event.offset} (epoch). Its readers are reset.`
    case 'skipped':
      return `The reducer of ${JSON.stringify(event.type)} threw at offset ${event.offset} (reducer-failed). All skip that publication.`
    case 'draining':
      return `This node stops (drain). It tells ${count(event.sessions, 'session')} to come back.`
  }
}

/** Who it is, as a person would say it. */
function nameOf({ user, session, address }: Who): string {
  if (user !== undefined) return `The user ${JSON.stringify(user.slice(0, 80))}`
  if (session !== undefined) return `The guest of session ${session}`
  return address === undefined ? 'Somebody' : `Somebody at ${address}`
}

const endings: Readonly<Record<number, string>> = {
  1000: 'it left.',
  1001: 'its page was closed.',
  1005: 'it left.',
  1006: 'its link broke without a goodbye. A proxy, a phone that slept or a network that changed does that.',
  4000: 'it was told to come back, because this node stops or lost its claims.',
}

function endOf({ code, reason }: HubEvent<'disconnected'>): string {
  const known = endings[code]
  return `${code}${known ? `, ${known}` : reason ? `, ${reason}.` : '.'}`
}

function startOf(from: HubEvent<'subscribed'>['from']): string {
  if (from === 'none') return 'without a position'
  if (from === 'now') return 'from now on'
  if (from === 'queried') return 'from a snapshot of the database'
  return `from offset ${from}`
}

function at(offset: number | undefined): string {
  return offset === undefined ? '' : ` at offset ${offset}`
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? '' : 's'}`
}
