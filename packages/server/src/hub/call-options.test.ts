import { channel, type Reference } from '@baro/core'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { RecordedLog } from '../../test/fake-client.ts'
import { loaded, polled } from '../channel/snapshot-source.ts'
import { createHub } from './create-hub.ts'
import type { Hub } from './hub.ts'

const chat = channel('chat:{id}', { events: { message: z.string() }, signals: { typing: z.string() } })
const lobby = chat({ id: 'lobby' })

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function makeHub(): Hub {
  const hub = createHub({ channels: [chat], log: new RecordedLog() })
  ends.push(() => hub.close())
  hub.on(chat, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
  return hub
}

/** As plain JavaScript calls it, with whatever. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
const plain = (hub: unknown): any => hub

describe('what is no reference is said to be none, as "bad-name"', () => {
  const passed: readonly (readonly [string, unknown, string])[] = [
    ['nothing', undefined, 'not by undefined'],
    ['null', null, 'not by null'],
    ['a name', 'chat:lobby', 'not by "chat:lobby"'],
    ['a definition', chat, 'not by a definition'],
    ['parameters', { id: 'lobby' }, 'not by an object'],
    ['a number as name', { channel: 42 }, 'not by an object'],
  ]
  const calls: readonly (readonly [string, (hub: Hub, reference: Reference) => unknown])[] = [
    ['hub.publish', (hub, reference) => plain(hub).publish(reference, 'message', 'hi')],
    ['hub.signal', (hub, reference) => plain(hub).signal(reference, 'typing', 'hi')],
    ['hub.snapshot', (hub, reference) => hub.snapshot(reference)],
    ['hub.redact', (hub, reference) => hub.redact(reference, 1)],
    ['hub.isPublic', (hub, reference) => hub.isPublic(reference)],
    ['publish of a participant', (hub, reference) => plain(hub.open()).publish(reference, 'message', 'hi')],
    ['follow of a participant', (hub, reference) => hub.open().follow(reference, 'now', follower)],
    ['track of a participant', (hub, reference) => hub.open().track(reference, {})],
  ]
  const follower = { delivered() {}, reset() {}, failed() {} }
  const cases = calls.flatMap(([name, call]) =>
    passed.map(([what, value, words]) => ({ name, what, call, value, words })),
  )
  test.each(cases)('$name with $what', async ({ call, value, words }) => {
    const hub = makeHub()
    const error = await Promise.resolve()
      .then(() => call(hub, value as Reference))
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'bad-name', message: expect.stringContaining(words) })
  })
})

describe('an option of a call that is unknown, or not what it must be, is "bad-definition"', () => {
  test.each<[string, (hub: Hub) => unknown, string]>([
    ['hub.publish', (hub) => plain(hub).publish(lobby, 'message', 'hi', { idd: 'a' }), 'Did you mean "id"?'],
    ['hub.publish', (hub) => plain(hub).publish(lobby, 'message', 'hi', 'a'), 'must be an object, not "a"'],
    ['hub.publish', (hub) => plain(hub).publish(lobby, 'message', 'hi', { id: null }), '"id" is null'],
    ['hub.signal', (hub) => plain(hub).signal(lobby, 'typing', 'hi', { tto: 'ada' }), 'Did you mean "to"?'],
    ['hub.signal', (hub) => plain(hub).signal(lobby, 'typing', 'hi', { to: 5 }), '"to" is 5'],
    ['hub.revoke', (hub) => plain(hub).revoke({ user: 'ada', chanel: lobby }), 'Did you mean "channel"?'],
    ['hub.revoke', (hub) => plain(hub).revoke(), 'must be an object, not undefined'],
    ['hub.disconnect', (hub) => plain(hub).disconnect({ user: 'ada', channel: lobby }), 'no option "channel"'],
    ['hub.mute', (hub) => plain(hub).mute(lobby, { user: 'ada', untilMS: 5 }), 'Did you mean "untilMs"?'],
    ['hub.open', (hub) => plain(hub).open('ada'), 'must be an object, not "ada"'],
    ['hub.open', (hub) => plain(hub).open({ id: 'ada' }), 'no option "id"'],
    ['hub.open', (hub) => plain(hub).open({ user: 'ada' }), '"user" is "ada". Give a user: { id: "ada" }'],
    ['hub.open', (hub) => plain(hub).open({}, { end() {} }), 'Did you mean "ended"?'],
    ['publish', (hub) => plain(hub.open()).publish(lobby, 'message', 'hi', { idd: 'a' }), 'Did you mean "id"?'],
    ['signal', (hub) => plain(hub.open()).signal(lobby, 'typing', 'hi', { user: 'ada' }), 'no option "user"'],
    ['follow', (hub) => plain(hub.open()).follow(lobby, 'now', { deliver() {} }), 'no delivered()'],
  ])('%s', async (_name, call, words) => {
    const hub = makeHub()
    const error = await Promise.resolve()
      .then(() => call(hub))
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'bad-definition', message: expect.stringContaining(words) })
  })

  test('and one that is undefined is left out', async () => {
    const hub = makeHub()
    const { id } = await plain(hub).publish(lobby, 'message', 'hi', { id: undefined })
    expect(id).toMatch(/^[\w-]{16}$/)
  })
})

describe('what is no function, no server, no port is "bad-definition"', () => {
  const withHandlers = (handlers: unknown) => () => {
    const hub = createHub({ channels: [chat], log: new RecordedLog() })
    ends.push(() => hub.close())
    return plain(hub).on(chat, handlers)
  }
  test.each<[string, (hub: Hub) => unknown, string]>([
    [
      'hub.on',
      withHandlers({ access: 'public', events: { message: 5 } }),
      'the handler of "message" is 5. Give a function',
    ],
    ['hub.on', withHandlers({ access: 'public', snapshot: {} }), '"snapshot" is an object. Give what loaded()'],
    [
      'hub.on',
      withHandlers({ access: 'public', snapshot: { kind: 'queried' } }),
      'shows no rows of a table, so its snapshot cannot be queried',
    ],
    ['hub.on', withHandlers({ access: 'public', private: [1] }), '"private" is a list. Give a list of names of fields'],
    ['hub.on', (hub) => plain(hub).on('connected'), 'hub.on("connected") takes a function, not undefined'],
    ['hub.attach', (hub) => plain(hub).attach(), 'takes a server of node:http or node:https, not undefined'],
    [
      'hub.attach',
      (hub) => plain(hub).attach(() => {}),
      'not a function. Of an Express app it is what app.listen() returns',
    ],
    ['hub.attach', (hub) => plain(hub).attach({}), 'not an object'],
    ['hub.listen', (hub) => plain(hub).listen(), 'takes a port from 0 to 65535, not undefined'],
    ['hub.listen', (hub) => plain(hub).listen('3000'), 'not "3000". Pass a number'],
    ['hub.listen', (hub) => plain(hub).listen(70_000), 'not 70000'],
    ['hub.pages', (hub) => plain(hub).pages(), 'takes a handler (request, response) => …, not undefined'],
    ['hub.serveSockets', (hub) => plain(hub).serveSockets(), 'takes a path such as "/rooms/{id}", not undefined'],
    ['loaded', () => loaded(5 as never), 'loaded takes a function that gives the value, not 5'],
    ['polled', () => polled(undefined as never, { everyMs: 5 }), 'polled takes a function that gives the value'],
  ])('%s', async (_name, call, words) => {
    const hub = makeHub()
    const error = await Promise.resolve()
      .then(() => call(hub))
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'bad-definition', message: expect.stringContaining(words) })
  })

  test('a place of a channel that is no reference is "bad-name" before a visitor comes', () => {
    expect(() => plain(makeHub()).serve('chat:lobby')).toThrow('not by "chat:lobby"')
    expect(() => plain(makeHub()).serveSockets('/chat')).toThrow('not by undefined')
  })
})
