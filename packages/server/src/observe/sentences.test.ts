import { type ErrorCode, errorCodes } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { type HubEvent, hubEventNames } from './hub-events.ts'
import { sentenceOf, tellingIn } from './sentences.ts'
import { troubleOf } from './trouble.ts'

/** Of each event one, with all that any event says. */
const events = hubEventNames.map(
  (name) =>
    ({
      ...{ name, atMs: 1, session: 'a-session', user: 'ada', rung: 'sse', channel: 'room:1' },
      ...{ code: name === 'disconnected' ? 1_006 : 'expired', reason: name === 'reset' ? 'trimmed' : 'gone' },
      ...{ message: 'The token has expired.', from: 41, offset: 42, publications: 2, readers: 3, sessions: 4 },
      ...{ waitMs: 5, tookMs: 6, where: 'room:1', type: 'message', id: 'one', follows: 41 },
    }) as unknown as HubEvent,
)

describe('an event', () => {
  test.each(events)('$name is told in both languages, with the same code and the same numbers', (event) => {
    const [english, korean] = [sentenceOf(event), sentenceOf(event, 'ko')]
    expect(english).not.toMatch(/\p{Script=Hangul}|undefined/u)
    expect(korean).toMatch(/\p{Script=Hangul}/u)
    expect(korean).not.toContain('undefined')
    const numbersIn = (text: string) => (text.match(/\d+/g) ?? []).sort()
    expect(numbersIn(korean)).toEqual(numbersIn(english))
    const code = troubleOf(event)
    if (code !== undefined) for (const told of [english, korean]) expect(told).toContain(String(code))
  })

  test.each(Object.keys(errorCodes) as ErrorCode[])('refused as %s says what that means in Korean too', (code) => {
    const told = sentenceOf({ name: 'refused', atMs: 1, user: 'ada', code, message: '' }, 'ko')
    expect(told).toMatch(/\)\. .*\p{Script=Hangul}.* ""$/u)
  })
})

test('what answers say beside their events is in the language that was asked for', () => {
  const { sentenceOf: _, ...korean } = tellingIn('ko')
  for (const told of Object.values(korean)) expect(told).toMatch(/^[^A-Za-z]+$/)
})
