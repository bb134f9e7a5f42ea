import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test, vi } from 'vitest'
import { atEnd, publishAll, serve, until } from '../../../test/http-stage.ts'
import { RawClient } from '../../../test/network-client.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes of the heap that are in use. */
function heapBytes(): number {
  collectGarbage()
  return process.memoryUsage().heapUsed
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

/** A stage, and a client whose first request stays without its end. */
async function held(question: 'an event stream' | 'a long poll') {
  const stage = await serve()
  const [position] = await publishAll(stage.hub, 'news:1', 'first')
  const handed = vi.spyOn(stage.hub, 'handle')
  const raw = new RawClient(stage.listening.port)
  atEnd(() => raw.socket.destroy())
  const query = question === 'a long poll' ? `after=${position}&wait=25` : 'live=sse'
  raw.write(get(`/baro/channels/news:1?${query}`))
  await until(() => (question === 'a long poll' ? stage.waits.includes(25_000) : stage.hub.counters.sessions === 1))
  return { stage, raw, handed }
}

/** Paths that nothing is at; the answer repeats them. */
const paths = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `/baro/x${from + index}`)

/** Which of those paths an answer came for, in the order of the answers. */
const answered = (text: string) => [...text.matchAll(/nothing at \\"\/(x\d+)\\"/g)].map(([, path]) => `/baro/${path}`)

describe.each(['an event stream', 'a long poll'] as const)('behind %s', (question) => {
  test('I7: of 20,000 requests no more are looked at than may wait, not even all that one read brings', async () => {
    const { stage, raw, handed } = await held(question)
    const before = heapBytes()
    const one = get('/baro/health')
    raw.write(one.repeat(20_000))
    await raw.ended
    expect((await stage.ask('/baro/health')).status).toBe(200)
    await until(() => stage.hub.counters.sessions === 0)
    // The one that is held, the 32 that wait, the one that is too many, and the question above.
    expect(handed.mock.calls.length).toBe(35)
    handed.mockReset()
    expect(heapBytes() - before).toBeLessThan(15 << 20)
  })

  test('I7: the thirty-third that waits closes the connection, and the thirty-second does not', async () => {
    const { stage, raw, handed } = await held(question)
    raw.write(paths(32).map(get).join(''))
    await until(() => handed.mock.calls.length === 33)
    expect((await stage.ask('/baro/health')).status).toBe(200)
    expect(raw.socket.closed).toBe(false)
    raw.write(get('/baro/x32'))
    expect(answered((await raw.ended).toString())).toEqual([])
  })
})

describe('a client that pipelines', () => {
  test('I1: gets every answer, in order, when the one before them is given', async () => {
    const { stage, raw, handed } = await held('a long poll')
    const asked = paths(32)
    raw.write(asked.map(get).join(''))
    await until(() => handed.mock.calls.length === 33)
    await publishAll(stage.hub, 'news:1', 'second')
    const text = (await raw.until('/x31')).toString()
    expect(text.indexOf('"second"')).toBeGreaterThan(0)
    expect(text.indexOf('"second"')).toBeLessThan(text.indexOf('/x0'))
    expect(answered(`${text}\\"`)).toEqual(asked)
  })

  test('may do so again and again: only those that wait count', async () => {
    const { stage, raw } = await held('a long poll')
    await publishAll(stage.hub, 'news:1', 'second')
    for (let from = 0; from < 320; from += 32) {
      raw.write(paths(32, from).map(get).join(''))
      await raw.until(`/x${from + 31}\\"`)
    }
    expect(raw.socket.closed).toBe(false)
  })

  test('is bounded as the hub is told', async () => {
    const stage = await serve({ limits: { maxPipelinedRequests: 1 } })
    const raw = new RawClient(stage.listening.port)
    raw.write(get('/baro/channels/news:1?live=sse') + paths(2).map(get).join(''))
    expect((await raw.ended).toString()).not.toContain('/x0')
  })
})
