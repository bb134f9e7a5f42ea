/** Texts that the server writes token by token: once, for everybody, with an end that is true. */
import type { BaroError } from '@baro/core'
import { createHub, type Hub } from '@baro/server'
import { settled } from '@baro/testing'
import { afterEach, expect, test } from 'vitest'
import { endOf, maxTextLength, silentMs, text, texts } from '../../examples/site/channels/stream.ts'
import { generate } from '../../examples/site/server/stream/generate.ts'
import { openStream } from '../../examples/site/server/stream/open-stream.ts'

let hubs: Hub[] = []
afterEach(async () => {
  for (const hub of hubs) await hub.close()
  hubs = []
})

const place = text({ id: 'a-text-of-ada' })

/** A hub whose server writes when it is told to. */
function open(tokens: readonly string[] = ['One', ' two', ' three', ' four'], isPaused = false) {
  const hub = createHub({ channels: [text, texts] })
  hubs.push(hub)
  let nowMs = Date.now()
  const waiting: (() => void)[] = []
  let generated = 0
  openStream(hub, {
    generate: function* () {
      generated++
      yield* tokens
    },
    wait: (ms) =>
      new Promise<void>((resolve) => {
        if (!isPaused) return resolve()
        waiting.push(() => {
          nowMs += ms
          resolve()
        })
      }),
    now: () => nowMs,
  })
  return {
    hub,
    ada: hub.open({ user: { id: 'ada' } }),
    eve: hub.open({ user: { id: 'eve' } }),
    state: async () => (await hub.snapshot(place)).value,
    generated: () => generated,
    pass: (ms: number) => {
      nowMs += ms
    },
    /** Lets everybody go on who waits. */
    async step() {
      await settled()
      for (const go of waiting.splice(0)) go()
      await settled()
    },
  }
}

const prompt = { prompt: 'a train', language: 'en' } as const

test('a text is written to its end, once, however often it is asked for', async () => {
  const { ada, eve, state, generated, step, hub } = open(undefined, true)
  await ada.request(place, 'begin', prompt)
  await ada.request(place, 'begin', prompt)
  await expect(eve.request(place, 'begin', prompt)).rejects.toMatchObject({ code: 'not-accepted' })
  await step()
  expect(await state()).toMatchObject({ text: 'One two', end: null, asked: { prompt: 'a train', by: 'ada' } })
  await step()
  await step()
  expect(await state()).toMatchObject({ text: 'One two three four', end: 'finished' })
  expect(generated()).toBe(1)
  expect((await hub.snapshot(texts())).value).toMatchObject([{ id: 'a-text-of-ada', prompt: 'a train' }])
})

test('whoever asked for it stops it, and nobody else', async () => {
  const { ada, eve, hub, state, step } = open(undefined, true)
  await ada.request(place, 'begin', prompt)
  await step()
  for (const other of [eve, hub.open()])
    await expect(other.request(place, 'stop', {})).rejects.toMatchObject({ code: 'refused' })
  await ada.request(place, 'stop', {})
  await step()
  expect(await state()).toMatchObject({ text: 'One two', end: 'stopped' })
  await expect(ada.publish(place, 'tokens', { text: 'mine' })).rejects.toMatchObject({ code: 'not-accepted' })
})

test('a text whose server has died says so to whoever looks, and what comes later is none of it', async () => {
  const { ada, hub, state, step, pass } = open([], true)
  // Of a server that is not this one.
  await hub.publish(place, 'asked', prompt)
  await hub.publish(place, 'tokens', { text: 'One' })
  ada.follow(place, undefined, { delivered() {}, reset() {}, failed() {} })
  await settled()
  expect(await state()).toMatchObject({ end: null })
  pass(silentMs)
  await step()
  expect(await state()).toMatchObject({ text: 'One', end: 'cut-off' })
  await hub.publish(place, 'tokens', { text: ' two' })
  await hub.publish(place, 'ended', { how: 'finished' })
  expect(await state()).toMatchObject({ text: 'One', end: 'cut-off' })
})

test('a page that was rendered of a silent text says it without a script', () => {
  const silent = { asked: prompt, text: 'One', heardAt: 1_000, end: null }
  expect(endOf(silent, 1_000 + silentMs - 1)).toBe(null)
  expect(endOf(silent, 1_000 + silentMs)).toBe('cut-off')
  expect(endOf({ ...silent, end: 'finished' }, 1_000 + silentMs)).toBe('finished')
})

test('each user and all users together begin so many a minute', async () => {
  const { ada, hub, pass } = open([])
  const begin = (who: typeof ada, id: string) =>
    who.request(text({ id: `text-${id}` }), 'begin', prompt).then(
      () => 'begun',
      (error: BaroError) => error.code,
    )
  const own: string[] = []
  for (let index = 0; index < 7; index++) own.push(await begin(ada, `ada${index}`))
  expect(own).toEqual([...Array(6).fill('begun'), 'rate-limited'])
  // Names cost nothing.
  const others: string[] = []
  for (let index = 0; index < 30; index++)
    others.push(await begin(hub.open({ user: { id: `user-${index}` } }), `other${index}`))
  expect(others.filter((outcome) => outcome === 'begun')).toHaveLength(24)
  pass(60_001)
  expect(await begin(ada, 'later')).toBe('begun')
})

test.each([
  ['', 'empty'],
  ['  ', 'blank'],
  ['x'.repeat(121), 'too long'],
  [42 as unknown as string, 'no text'],
])('a prompt %j is refused: %s', async (bad) => {
  const { ada } = open()
  await expect(ada.request(place, 'begin', { prompt: bad, language: 'en' })).rejects.toMatchObject({
    code: 'invalid-payload',
  })
})

test.each([
  ['<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
  ['👩‍👩‍👧 & 🇰🇷', '👩‍👩‍👧 & 🇰🇷'],
  ['한글'.normalize('NFD'), '한글'],
])('a prompt %j is kept as text, composed, in one piece', async (given, kept) => {
  const { ada, state } = open()
  await ada.request(place, 'begin', { prompt: given, language: 'ko' })
  expect((await state()).asked?.prompt).toBe(kept)
  expect([...generate(kept, 'ko', () => 0)].join('')).toContain(kept)
})

test('no text is longer than it may be', async () => {
  const { hub, state } = open()
  await hub.publish(place, 'asked', prompt)
  for (let index = 0; index < 3; index++) await hub.publish(place, 'tokens', { text: 'x'.repeat(4_000) })
  expect((await state()).text).toHaveLength(maxTextLength)
})

test.each(['en', 'ko'] as const)(
  'the generator for %s ends, is made of short tokens, and is the same by the same chance',
  (language) => {
    const chance = () => {
      let seed = 1
      return () => {
        seed = (seed * 48_271) % 2_147_483_647
        return seed / 2_147_483_647
      }
    }
    const tokens = [...generate('x', language, chance())]
    expect(tokens).toEqual([...generate('x', language, chance())])
    expect(tokens.length).toBeGreaterThan(200)
    expect(tokens.join('').length).toBeLessThan(maxTextLength)
    expect(Math.max(...tokens.map((token) => token.length))).toBeLessThanOrEqual(3)
  },
)
