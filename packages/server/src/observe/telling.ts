import type { HubEvent } from './hub-events.ts'

/** A language in which answers are told. The log is English. */
export type Language = 'en' | 'ko'

/** All languages. */
export const languages: readonly Language[] = ['en', 'ko']

/** What is said in one language: a closed set of sentences, so that none is left in another one. */
export interface Telling {
  sentenceOf(event: HubEvent): string
  /** What an answer says beside the event that it rests on. */
  readonly wasLive: string
  readonly isLive: string
  readonly hasNotSubscribed: string
  readonly journalBeginsLater: string
  readonly nothingWrong: string
  readonly getsNoSignals: string
}
