import { expect, test } from 'vitest'
import { serve, start } from '../../test/stage.ts'
import { exitCodes } from '../index.ts'

/** Publishes a few times at once, so that no test waits. */
const few = ['--channel', 'room:1', '--publish', 'message', '--rate', '1000', '--seconds', '0.003']
const hello = ['--payload', '{"text":"hello"}']

test('each client of each rung gets each publication', async () => {
  const { baro } = await serve()
  const { code, out } = await baro(
    '--json',
    'bench',
    '--clients',
    '3',
    '--rungs',
    'websocket,sse,long-poll',
    ...few,
    ...hello,
  )
  expect(JSON.parse(out)).toMatchObject({
    channel: 'room:1',
    published: 3,
    accepted: 3,
    deliveries: 9,
    refusals: [],
    rungs: ['websocket', 'sse', 'long-poll'].map((rung) => ({
      rung,
      clients: 1,
      open: 1,
      deliveries: 3,
      missing: 0,
      connectMs: { p50: expect.any(Number) },
      deliveryMs: { p99: expect.any(Number) },
    })),
  })
  expect(code).toBe(exitCodes.done)
})

test('for a person it is a table', async () => {
  const { baro } = await serve()
  const { out } = await baro('bench', '--clients', '2', ...few, ...hello)
  expect(out).toMatch(/^RUNG +OPEN +CONNECT p50 .* MISSING\nwebsocket +2\/2 .* 6 .* 0\n.* 3 of 3 publishes were taken/)
})

test('without a channel it only connects, and without a type it only listens', async () => {
  const { baro, start } = await serve()
  const connected = JSON.parse((await baro('--json', 'bench', '--clients', '2')).out)
  expect(connected).toMatchObject({ rungs: [{ open: 2 }], deliveries: 0 })
  const running = start('--json', 'bench', '--clients', '2', '--channel', 'room:1', '--seconds', '3600')
  await running.shows('Listening')
  running.interrupt()
  expect(await running.ended).toBe(exitCodes.interrupted)
  expect(JSON.parse(running.out)).toMatchObject({ published: 0, rungs: [{ open: 2 }] })
})

test('clients that the hub turns away are counted, with what to do about it', async () => {
  const { baro } = await serve({ limits: { maxConnectionsPerAddress: 2 } })
  const { code, out } = await baro('bench', '--clients', '3')
  expect(code).toBe(exitCodes.found)
  expect(out).toContain('2/3')
  expect(out).toMatch(/rate-limited once: .*raise `limits` of createHub/)
})

test.each([
  ['a type without a channel', ['--publish', 'message'], exitCodes.wrong, /--channel room:42/],
  ['a rung that does not exist', ['--rungs', 'carrier-pigeon'], exitCodes.wrong, /A rung is one of websocket/],
  ['a payload that the schema refuses', few, exitCodes.wrong, /invalid-payload/],
  ['another version of the channel', [...few, ...hello, '--definition', '9'], exitCodes.wrong, /version "1" here/],
  ['a channel that does not exist', ['--channel', 'lobby'], exitCodes.wrong, /unknown-channel/],
  ['a payload that is no JSON', [...few, '--payload', '{text}'], exitCodes.wrong, /is no JSON/],
])('%s ends it', async (_, argv, code, says) => {
  const { baro } = await serve()
  const ended = await baro('bench', '--clients', '1', ...argv)
  expect([ended.code, ended.err]).toEqual([code, expect.stringMatching(says)])
})

test('a port where nothing listens may be asked later', async () => {
  const { code, err } = await run('http://127.0.0.1:2')
  expect([code, err]).toEqual([exitCodes.later, expect.stringMatching(/baro doctor/)])
})

test('it asks before it publishes to another machine', async () => {
  const { code, err } = await run('https://shop.example', ...few, ...hello)
  expect([code, err]).toEqual([exitCodes.wrong, expect.stringMatching(/shop.example is another machine: add --yes/)])
})

async function run(url: string, ...argv: readonly string[]) {
  const running = start(['bench', url, '--clients', '1', ...argv])
  return { code: await running.ended, err: running.err }
}
