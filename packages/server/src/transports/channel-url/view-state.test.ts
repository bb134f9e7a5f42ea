/** The state alone, for code that knows nothing of positions: the browser's cache remembers where it stands. */
import { describe, expect, test } from 'vitest'
import { type HttpStage, publishAll, serve, until } from '../../../test/http-stage.ts'

const path = '/baro/channels/chat:1?view=state'

/** A request that waits; `ms` is how long it may. */
async function hold(stage: HttpStage, query: string, ms: number, headers: Record<string, string | undefined> = {}) {
  const pending = stage.send(`${path}${query}`, { headers })
  await until(() => stage.waits.includes(ms))
  return pending
}

describe('view=state', () => {
  test('is the state and nothing else, with its position in the head', async () => {
    const { ask, hub } = await serve()
    const [, position] = await publishAll(hub, 'chat:1', 'a', 'b')
    const answer = await ask(path)
    expect(answer.body).toEqual(['a', 'b'])
    expect(answer.headers).toMatchObject({ etag: `"${position}"`, 'baro-position': position })
  })

  test('of a channel without a state is refused at once, and names what to ask for', async () => {
    const { ask } = await serve()
    const { status, body } = await ask('/baro/channels/news:1?view=state&wait=25')
    expect([status, body.error?.code]).toEqual([404, 'not-accepted'])
    expect(body.error?.message).toContain('view=publication')
  })

  test('asked with what a browser kept is 304 until it changes', async () => {
    const { ask, hub } = await serve()
    const { headers } = await ask(path)
    const conditional = { headers: { 'if-none-match': headers.etag } }
    expect((await ask(path, conditional)).status).toBe(304)
    await publishAll(hub, 'chat:1', 'a')
    expect((await ask(path, conditional)).body).toEqual(['a'])
  })
})

describe('view=state&wait', () => {
  test('with If-None-Match at the head is held until the state changes', async () => {
    const stage = await serve()
    await publishAll(stage.hub, 'chat:1', 'a')
    const { etag } = (await stage.ask(path)).headers
    const pending = await hold(stage, '&wait=25', 25_000, { 'if-none-match': etag })
    stage.clock.advance(24_999)
    await stage.ask('/baro/health')
    expect(pending.isAnswered).toBe(false)
    await publishAll(stage.hub, 'chat:1', 'b')
    expect((await pending.answer).body).toEqual(['a', 'b'])
  })

  test('with If-None-Match that nothing overtook is 304 when the wait is over', async () => {
    const stage = await serve()
    const { etag } = (await stage.ask(path)).headers
    const pending = await hold(stage, '&wait=25', 25_000, { 'if-none-match': etag })
    stage.clock.advance(25_000)
    expect((await pending.answer).status).toBe(304)
  })

  test('with the tag of a zipped answer is held just as well', async () => {
    const stage = await serve()
    await publishAll(stage.hub, 'chat:1', 'x'.repeat(2_000))
    const headers = { 'accept-encoding': 'gzip' }
    const { etag } = (await stage.ask(path, { headers })).headers
    expect(etag).toContain('+gzip')
    const pending = await hold(stage, '&wait=25', 25_000, { ...headers, 'if-none-match': etag })
    stage.clock.advance(25_000)
    expect((await pending.answer).status).toBe(304)
  })

  test('with after at the head is held as well, and wins over If-None-Match', async () => {
    const stage = await serve()
    const [old, head] = await publishAll(stage.hub, 'chat:1', 'a', 'b')
    const pending = await hold(stage, `&wait=25&after=${head}`, 25_000, { 'if-none-match': `"${old}"` })
    await publishAll(stage.hub, 'chat:1', 'c')
    expect((await pending.answer).body).toEqual(['a', 'b', 'c'])
  })

  test.each(['OLD', '1a.another-life.1.aaaaaa', '1a.another-life.9.aaaaaa'])(
    'that stands elsewhere (%s) is answered at once: there is news for it',
    async (position) => {
      const { ask, hub, waits } = await serve()
      const [old = ''] = await publishAll(hub, 'chat:1', 'a', 'b')
      const headers = { 'if-none-match': `"${position.replace('OLD', old)}"` }
      expect((await ask(`${path}&wait=25`, { headers })).body).toEqual(['a', 'b'])
      expect(waits).not.toContain(25_000)
    },
  )

  test.each<[string, Record<string, string>]>([
    ['with neither', {}],
    ['with a tag of somebody else', { 'if-none-match': '"33a64df5"' }],
  ])('%s neither spins nor hangs: it is answered after a second', async (_, headers) => {
    const stage = await serve()
    const pending = await hold(stage, '&wait=25', 1_000, headers)
    stage.clock.advance(999)
    await stage.ask('/baro/health')
    expect(pending.isAnswered).toBe(false)
    stage.clock.advance(1)
    expect((await pending.answer).body).toEqual([])
  })

  test('with neither is answered by a change within the second', async () => {
    const stage = await serve()
    const pending = await hold(stage, '&wait=25', 1_000)
    await publishAll(stage.hub, 'chat:1', 'a')
    expect((await pending.answer).body).toEqual(['a'])
  })

  test('of less than a second is not held for longer than it asks', async () => {
    const stage = await serve()
    expect((await stage.ask(`${path}&wait=0`)).body).toEqual([])
    const pending = await hold(stage, '&wait=0.25', 250)
    stage.clock.advance(250)
    expect((await pending.answer).body).toEqual([])
  })

  test('I2: a loop that only knows If-None-Match sees the last state, however fast the channel is', async () => {
    const stage = await serve()
    const texts = Array.from({ length: 20 }, (_, index) => `text-${index}`)
    let { body, headers } = await stage.ask(path)
    const publishing = (async () => {
      for (const text of texts) {
        await publishAll(stage.hub, 'chat:1', text)
        await stage.ask('/baro/health')
      }
    })()
    while (String(body) !== String(texts)) {
      const answer = await stage.ask(`${path}&wait=25`, { headers: { 'if-none-match': headers.etag } })
      body = answer.body
      headers = answer.headers
    }
    await publishing
    expect((await stage.ask(path, { headers: { 'if-none-match': headers.etag } })).status).toBe(304)
  })
})
