import type { Json } from '@baro/core'
import { jsonText } from '@baro/core/protocol'
import { type Hub, type JournalEvent, type Language, sentenceOf } from '@baro/server'
import type { Inspection } from '@baro/server/parts'
import type { SessionAnswer, ToldEvent } from './inspection-api.ts'

/** What one node is asked. It travels to the others as JSON. */
export type Question =
  | { readonly ask: 'node' }
  | {
      readonly ask: 'sessions'
      readonly user?: string | undefined
      readonly channel?: string | undefined
      readonly limit: number
    }
  | { readonly ask: 'session'; readonly session: string; readonly language: Language }
  | { readonly ask: 'frames'; readonly session: string; readonly after: number }
  | { readonly ask: 'channels'; readonly limit: number }
  | {
      readonly ask: 'why'
      readonly user?: string | undefined
      readonly session?: string | undefined
      readonly channel?: string | undefined
      readonly publication?: string | number | undefined
      readonly language: Language
    }

/** What a node answers, before it travels. */
export async function answerFor(hub: Hub, inspection: Inspection, question: Question): Promise<Json> {
  return inJson(await answer(hub, inspection, question))
}

async function answer(hub: Hub, inspection: Inspection, question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'node':
      return inspection.seen()
    case 'sessions':
      return inspection.sessions(question)
    case 'session':
      return sessionOf(inspection, question)
    case 'frames':
      return inspection.frames(question.session, question.after)
    case 'channels':
      return inspection.channels(question.limit)
    case 'why':
      return why(hub, question)
  }
}

async function sessionOf(
  inspection: Inspection,
  { session, language }: Extract<Question, { ask: 'session' }>,
): Promise<SessionAnswer> {
  const { node } = inspection
  const [open] = inspection.sessions({ session, limit: 1 }).sessions
  const { sinceMs, events } = inspection.journal(session)
  const isKnown = open !== undefined || events.length > 0
  return {
    ...{ sinceMs, handOvers: await inspection.handOvers(session) },
    open: open && { ...open, node },
    node: isKnown ? node : undefined,
    events: toldIn(language, events),
  }
}

function toldIn(language: Language, events: readonly JournalEvent[]): readonly ToldEvent[] {
  return events.map((event) => ({ ...event, sentence: sentenceOf(event, language) }))
}

async function why(hub: Hub, { user, session, channel, publication, language }: Extract<Question, { ask: 'why' }>) {
  const found = await hub.why({
    language,
    ...(user !== undefined && { user }),
    ...(session !== undefined && { session }),
    ...(channel !== undefined && { channel: { channel } }),
    ...(publication !== undefined && { publication }),
  })
  const sessions = found.sessions.map(({ events, ...answered }) => ({
    ...answered,
    events: toldIn(language, events),
  }))
  // A payload is for those whom the channel is for.
  const { publication: one } = found
  const told = one && { offset: one.offset, id: one.id, type: one.type, timeMs: one.atMs }
  return { ...found, sessions, publication: told }
}

function inJson(value: unknown): Json {
  return JSON.parse(jsonText(value) ?? 'null')
}
