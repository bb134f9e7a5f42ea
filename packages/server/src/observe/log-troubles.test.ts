import { expect, test } from 'vitest'
import { RecordedLog } from '../../test/fake-client.ts'
import type { HubEvent } from './hub-events.ts'
import { logTroubles } from './log-troubles.ts'

function setUp() {
  const log = new RecordedLog()
  const observer = logTroubles(log, (code) => `/baro/errors/${code}`)
  const refuse = (atMs: number, code: 'refused' | 'expired', user: string) =>
    observer.refused?.({ name: 'refused', atMs, code, message: 'No.', user, channel: 'room:1', session: `of ${user}` })
  return { log, observer, refuse }
}

test('what goes wrong is a line of the log, with fields that it can be searched by', () => {
  const { log, refuse } = setUp()
  refuse(0, 'refused', 'ada')
  expect(log.lines).toEqual([
    {
      fields: { channel: 'room:1', session: 'of ada', user: 'ada', code: 'refused', docs: '/baro/errors/refused' },
      message: expect.stringContaining('"refused": No.'),
    },
  ])
})

test('a crowd that is refused is one line in ten seconds, which says how many more there were', () => {
  const { log, refuse } = setUp()
  for (let count = 0; count < 1_000; count++) refuse(count, 'refused', `user ${count}`)
  refuse(1_000, 'expired', 'ada')
  refuse(10_000, 'refused', 'bob')
  expect(log.lines.map(({ fields }) => fields.user)).toEqual(['user 0', 'ada', 'bob'])
  expect(log.lines[2]?.message).toContain('999 more times')
})

test('what happens every day is no line: a first visit, a link that is left', () => {
  const { log, observer } = setUp()
  const events: HubEvent[] = [
    { name: 'reset', atMs: 0, channel: 'room:1', reason: 'none', offset: 1, isLive: true },
    { name: 'disconnected', atMs: 0, session: 'a', code: 1001, reason: '' },
  ]
  for (const event of events) (observer[event.name] as ((one: HubEvent) => void) | undefined)?.(event)
  expect(log.lines).toEqual([])
})
