import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { errorCodes } from '@baro/core'
import { explainError } from '@baro/core/explain'
import { createServerKey } from '@baro/server'
import { describe, expect, test } from 'vitest'
import { room, serve, start } from '../test/stage.ts'
import { exitCodes } from './index.ts'

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? ''

describe('get', () => {
  test('shows the state of a channel and its position', async () => {
    const { hub, baro } = await serve()
    const { position } = await hub.publish(room({ id: 1 }), 'message', { text: 'hello' })
    const { code, out, err } = await baro('get', 'room:1')
    expect([code, JSON.parse(out)]).toEqual([exitCodes.done, ['hello']])
    expect(err).toContain(position)
  })

  test('with --json is the answer of the hub on one line', async () => {
    const { hub, baro } = await serve()
    const { position } = await hub.publish(room({ id: 1 }), 'message', { text: 'hello' })
    expect(JSON.parse((await baro('--json', 'get', 'room:1')).out)).toEqual({
      snapshot: ['hello'],
      publications: [],
      position,
    })
  })

  test('takes a name in its own characters', async () => {
    const { hub, baro } = await serve()
    await hub.publish(room({ id: '바로' }), 'message', { text: '안녕' })
    expect(JSON.parse((await baro('get', 'room:바로')).out)).toEqual(['안녕'])
  })

  test('shows what a stranger wrote as text, and nothing of it reaches the terminal', async () => {
    const { hub, baro } = await serve()
    const text = '\u001b[2Jgone\u009b31m\u202etxet\n\ttwo'
    await hub.publish(room({ id: 1 }), 'message', { text })
    for (const argv of [
      ['get', 'room:1'],
      ['tail', 'room:1', '--no-follow'],
      ['--json', 'get', 'room:1'],
    ]) {
      const { out } = await baro(...argv)
      expect(out).toContain('gone')
      expect(out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
    }
    expect(JSON.parse((await baro('--json', 'get', 'room:1')).out).snapshot).toEqual([text])
  })
})

describe('tail', () => {
  test('shows what is kept, then what comes, each once', async () => {
    const { hub, start } = await serve()
    const say = (text: string) => hub.publish(room({ id: 1 }), 'message', { text })
    for (const text of ['one', 'two', 'three']) await say(text)
    const running = start('--json', 'tail', 'room:1', '--lines', '2', '--count', '4')
    await running.shows('three')
    await say('four')
    await running.shows('four')
    await say('five')
    expect(await running.ended).toBe(exitCodes.done)
    const told = running.out.trim().split('\n')
    expect(told.map((line) => JSON.parse(line).payload.text)).toEqual(['two', 'three', 'four', 'five'])
  })

  test('comes back after a cut to where it was', async () => {
    const { hub, start } = await serve()
    const running = start('--token', 'ada', 'tail', 'room:1', '--count', '2')
    const reading = new Promise<void>((resolve) => hub.on('connected', () => resolve()))
    await reading
    await hub.publish(room({ id: 1 }), 'message', { text: 'before' })
    await running.shows('before')
    await hub.disconnect({ user: 'ada' })
    await running.shows('away')
    await hub.publish(room({ id: 1 }), 'message', { text: 'after' })
    expect(await running.ended).toBe(exitCodes.done)
    expect(running.out.match(/before|after/g)).toEqual(['before', 'after'])
  })

  test('says that what was asked for is not kept any more', async () => {
    const { hub, start } = await serve()
    const { position } = await hub.publish(room({ id: 1 }), 'message', { text: 'old' })
    for (let index = 0; index < 9; index++) await hub.publish(room({ id: 1 }), 'message', { text: `${index}` })
    const running = start('tail', 'room:1', '--after', position)
    await running.shows('reset trimmed')
    running.interrupt()
    expect(await running.ended).toBe(exitCodes.interrupted)
  })
})

describe('publish', () => {
  test('goes through the handler as the user, and says the id and the position', async () => {
    const { baro } = await serve()
    const sent = await baro('--json', '--token', 'ada', 'publish', 'room:1', 'message', '{"text":"hi"}', '--id', 'mine')
    expect(JSON.parse(sent.out)).toMatchObject({ id: 'mine' })
    const { out } = await baro('--json', 'tail', 'room:1', '--no-follow')
    expect(JSON.parse(out)).toMatchObject({ id: 'mine', by: 'ada', payload: { text: 'hi' } })
  })

  test('with a server key appends all lines that are piped in, as the server', async () => {
    const { key, hash } = createServerKey('orders')
    const { url, baro } = await serve({
      keys: [{ name: 'orders', hashes: [hash], channels: ['room:{id}'], actions: ['publish'] }],
    })
    const env = { BARO_URL: url, BARO_KEY: key }
    const lines = '{"text":"one"}\n{"text":"two"}\n'
    expect(await start(['publish', 'room:1', 'message', '--lines'], env, { input: lines }).ended).toBe(exitCodes.done)
    expect(await start(['publish', 'room:1', 'message'], env, { input: '{"text":"three"}' }).ended).toBe(exitCodes.done)
    expect(JSON.parse((await baro('get', 'room:1')).out)).toEqual(['one', 'two', 'three'])
  })

  test('of a type that is a request shows the answer', async () => {
    const { baro } = await serve()
    expect((await baro('publish', 'room:1', 'echo', 'hello', '--text')).out).toBe('"hello"\n')
  })
})

describe('signal', () => {
  test('reaches who follows, through the handler', async () => {
    const { baro, follow } = await serve()
    const ada = await follow('ada')
    expect((await baro('signal', 'room:1', 'typing', '{"on":true}')).code).toBe(exitCodes.done)
    await ada.heard('baro:signaled')
  })

  test('that the hub does not take ends with its error', async () => {
    const { baro } = await serve()
    const { code, err } = await baro('--json', 'signal', 'room:1', 'waving', 'null')
    expect(code).toBe(exitCodes.wrong)
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'not-accepted' } })
  })
})

describe('explain', () => {
  test('says what an error means, in the language of the shell, and asks no hub', async () => {
    const { baro } = await serve()
    const english = await baro('explain', 'not-accepted', '--hub', 'http://127.0.0.1:1')
    expect(english).toMatchObject({ code: exitCodes.done, err: '' })
    expect(english.out).toBe(`not-accepted\n${explainError('not-accepted')}\n`)
    const [told] = (await baro('--json', 'explain', 'not-accepted')).out.split('\n')
    expect(JSON.parse(told ?? '')).toEqual({
      ...{ code: 'not-accepted', status: 404, retry: false },
      text: explainError('not-accepted'),
    })
  })

  test('lists the codes without one, and knows no others', async () => {
    const { baro } = await serve()
    expect((await baro('explain')).out.trim().split('\n')).toEqual(Object.keys(errorCodes))
    const { code, err } = await baro('explain', 'toString')
    expect([code, err]).toEqual([exitCodes.wrong, expect.stringContaining('"toString"')])
  })

  test('is what an error of another command leads to', async () => {
    const { baro } = await serve()
    const { err } = await baro('publish', 'room:1', 'nothing', '{}')
    expect(err).toMatch(/^not-accepted .*\nbaro explain not-accepted says what to do\.\n$/)
  })
})

test('who lists the members of a channel', async () => {
  const { hub, baro } = await serve()
  hub.open({ user: { id: 'ada' } }).track(room({ id: 1 }), { name: 'Ada' })
  while (!(await baro('who', 'room:1')).out.includes('ada')) await setImmediate()
  const { out } = await baro('--json', 'who', 'room:1')
  expect(JSON.parse(out)).toMatchObject({ count: 1, members: [{ user: 'ada', state: { name: 'Ada' } }] })
  expect((await baro('who', 'room:1')).out).toMatch(/^USER +MEMBER.*\nada +user:ada /)
})

test('sessions lists who is connected and where it stands, and tells the journal of one', async () => {
  const { baro, follow } = await serve()
  await follow('ada')
  const { sessions } = JSON.parse((await baro('--json', 'sessions', '--user', 'ada')).out)
  expect(sessions).toMatchObject([{ user: 'ada', rung: 'websocket', follows: [{ channel: 'room:1', is: 'live' }] }])
  const one = await baro('sessions', sessions[0].session)
  expect(one.out).toContain('room:1')
  expect(await baro('sessions', 'nobody')).toMatchObject({ code: exitCodes.wrong })
  expect(await baro('why', 'nobody', '--channel', 'room:1')).toMatchObject({ code: exitCodes.found })
})

describe('what it ends with', () => {
  const { hash } = createServerKey('reader')
  test.each([
    ['a wrong option', ['get', 'room:1', '--nothing'], exitCodes.wrong, /unknown option/],
    ['a command that does not exist', ['sing'], exitCodes.wrong, /unknown command/],
    ['a payload that is no JSON', ['publish', 'room:1', 'message', '{text}'], exitCodes.wrong, /is no JSON.*--text/],
    ['a channel that is not defined', ['get', 'lobby:1'], exitCodes.wrong, /unknown-channel/],
    ['a key that does not count', ['--key', `baro_reader_${hash.slice(7)}`, 'get', 'room:1'], exitCodes.refused, /key/],
    ['a key and a token', ['--key', 'a', '--token', 'b', 'get', 'room:1'], exitCodes.wrong, /not both/],
    ['a URL where no hub can be', ['--hub', 'ftp://x', 'get', 'room:1'], exitCodes.wrong, /No hub can be at "ftp/],
    [
      'a port where nothing listens',
      ['--hub', 'http://127.0.0.1:2', 'get', 'room:1'],
      exitCodes.later,
      /Nothing listens/,
    ],
    ['help', ['--help'], exitCodes.done, /^$/],
  ])('%s', async (_, argv, code, says) => {
    const { baro } = await serve()
    const ended = await baro(...argv)
    expect(ended.code).toBe(code)
    expect(ended.err).toMatch(says)
  })
})

test('as a program it reads the environment, writes the result alone to its output, and completes its commands', async () => {
  const { hub, url } = await serve()
  await hub.publish(room({ id: 1 }), 'message', { text: 'hello' })
  const bin = fileURLToPath(new URL('bin.ts', import.meta.url))
  const baro = async (...argv: readonly string[]) => {
    const args = ['--conditions=baro-source', '--import', 'tsx', bin, ...argv]
    const child = spawn(process.execPath, args, {
      env: { ...process.env, BARO_URL: url },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let out = ''
    child.stdout.on('data', (chunk) => {
      out += chunk
    })
    const [code] = await once(child, 'close')
    return { code, out }
  }
  const [got, completed] = await Promise.all([baro('get', 'room:1'), baro('complete', '--', 'pub')])
  expect(got).toEqual({ code: 0, out: '[\n  "hello"\n]\n' })
  expect(completed.out).toContain('publish')
  expect(lastLine(completed.out)).toMatch(/^:\d+$/)
})
