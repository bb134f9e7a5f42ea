import { describe, expect, test } from 'vitest'
import { type AnswerBody, publishAll, serve } from '../../../test/http-stage.ts'

const offsetsOf = ({ publications }: AnswerBody) => publications.map(({ offset }) => offset)

describe('polling', () => {
  test('answers at once with what follows the position, and where that leads', async () => {
    const { ask, hub } = await serve()
    const [first, , third] = await publishAll(hub, 'room:1', 'a', 'b', 'c')
    const { body } = await ask(`/baro/channels/room:1?after=${first}`)
    expect(body).toEqual({
      position: third,
      publications: [
        { type: 'message', payload: { text: 'b' }, offset: 2, id: 'id-b', time: expect.any(Number) },
        { type: 'message', payload: { text: 'c' }, offset: 3, id: 'id-c', time: expect.any(Number) },
      ],
    })
  })

  test('at the head answers with nothing, and the same position', async () => {
    const { ask, hub } = await serve()
    const [position] = await publishAll(hub, 'room:1', 'a')
    expect((await ask(`/baro/channels/room:1?after=${position}`)).body).toEqual({ publications: [], position })
  })

  test('a channel nobody has published to stands at its beginning, and goes on from there', async () => {
    const { ask, hub } = await serve()
    const { position } = (await ask('/baro/channels/room:1')).body
    expect((await ask(`/baro/channels/room:1?after=${position}`)).body).toEqual({ publications: [], position })
    await publishAll(hub, 'room:1', 'a')
    expect(offsetsOf((await ask(`/baro/channels/room:1?after=${position}`)).body)).toEqual([1])
  })

  test('I2: page by page, with more until the last, brings everything once', async () => {
    const { ask, hub } = await serve()
    const start = (await ask('/baro/channels/chat:1')).body.position
    const letters = [...'abcdefg']
    await publishAll(hub, 'chat:1', ...letters)
    const pages: AnswerBody[] = []
    for (let position = start, more: boolean | undefined = true; more; ) {
      const { body } = await ask(`/baro/channels/chat:1?after=${position}&limit=3`)
      pages.push(body)
      position = body.position
      more = body.more
    }
    expect(pages.map(({ more }) => more)).toEqual([true, true, undefined])
    expect(pages.flatMap(({ publications }) => publications.map(({ payload }) => payload))).toEqual(letters)
  })

  test('I7: an answer holds no more than the bytes of one stretch, and says that there is more', async () => {
    const { ask, hub } = await serve({ limits: { catchUpBytes: 100 } })
    const [first] = await publishAll(hub, 'chat:1', 'a', 'b'.repeat(90), 'c'.repeat(90))
    const { body } = await ask(`/baro/channels/chat:1?after=${first}`)
    expect(offsetsOf(body)).toEqual([2])
    expect(body.more).toBe(true)
  })

  test('a broker that never gives what it says it has is unavailable, and nobody spins', async () => {
    const { ask, broker, clock, hub } = await serve()
    const [first] = await publishAll(hub, 'chat:1', 'a', 'b')
    await ask('/baro/channels/chat:1')
    // The node still has what it has heard itself.
    clock.advance(10_000)
    broker.giveNothing()
    const answer = await ask(`/baro/channels/chat:1?after=${first}&wait=25`)
    expect([answer.status, answer.body.error?.code]).toEqual([503, 'unavailable'])
    expect(broker.calls.read).toBeLessThan(10)
  })
})

describe('reading backwards', () => {
  test('brings what leads to the position, oldest first, and where to go back from next', async () => {
    const { ask, hub } = await serve()
    const [, second, , fourth] = await publishAll(hub, 'chat:1', 'a', 'b', 'c', 'd', 'e')
    const { body } = await ask(`/baro/channels/chat:1?before=${fourth}&limit=2`)
    expect(offsetsOf(body)).toEqual([3, 4])
    expect(body).toMatchObject({ position: second, more: true })
  })

  test('page by page ends at the beginning, without more, and brings everything once', async () => {
    const { ask, hub } = await serve()
    const start = (await ask('/baro/channels/chat:1')).body.position
    let position = (await publishAll(hub, 'chat:1', 'a', 'b', 'c', 'd', 'e')).at(-1)
    const offsets: number[] = []
    for (let more: boolean | undefined = true; more; ) {
      const { body } = await ask(`/baro/channels/chat:1?before=${position}&limit=2`)
      offsets.unshift(...offsetsOf(body))
      position = body.position
      more = body.more
    }
    expect(offsets).toEqual([1, 2, 3, 4, 5])
    expect(position).toBe(start)
  })

  test('ends where the history begins, at a position that can be continued from', async () => {
    const { ask, hub } = await serve()
    const positions = await publishAll(hub, 'room:1', ...'abcdefgh')
    const { body } = await ask(`/baro/channels/room:1?before=${positions[7]}`)
    expect(offsetsOf(body)).toEqual([4, 5, 6, 7, 8])
    expect(body).toMatchObject({ position: positions[2] })
    expect(body.more).toBeUndefined()
    expect(offsetsOf((await ask(`/baro/channels/room:1?after=${body.position}`)).body)).toEqual([4, 5, 6, 7, 8])
  })

  test('I7: says that there is more where the bytes of an answer end, not only where its count does', async () => {
    const { ask, hub } = await serve({ limits: { catchUpBytes: 100 } })
    const [first, second, third] = await publishAll(hub, 'chat:1', 'a'.repeat(90), 'b'.repeat(90), 'c'.repeat(90))
    const newest = (await ask(`/baro/channels/chat:1?before=${third}`)).body
    expect(offsetsOf(newest)).toEqual([3])
    expect(newest).toMatchObject({ position: second, more: true })
    const before = (await ask(`/baro/channels/chat:1?before=${second}`)).body
    expect(offsetsOf(before)).toEqual([2])
    expect(before).toMatchObject({ position: first, more: true })
  })

  test('from the very beginning brings nothing', async () => {
    const { ask, hub } = await serve()
    const { position } = (await ask('/baro/channels/chat:1')).body
    await publishAll(hub, 'chat:1', 'a')
    expect((await ask(`/baro/channels/chat:1?before=${position}`)).body).toEqual({ publications: [], position })
  })

  test.each(['', 'none', '1a.other.1.aaaaaa'])('from %j is a reset like everywhere else', async (before) => {
    const { ask, hub } = await serve()
    const [head] = await publishAll(hub, 'chat:1', 'a')
    const { body } = await ask(`/baro/channels/chat:1?before=${before}`)
    expect(body).toMatchObject({ reset: expect.any(String), snapshot: ['a'], publications: [], position: head })
  })
})

describe('a bad question', () => {
  test.each([
    ['after=42', 400, 'bad-position'],
    ['limit=0', 400, 'bad-message'],
    ['view=payload', 400, 'bad-message'],
    ['live=ws', 400, 'bad-message'],
  ])('%s is answered with its status and code, and never kept', async (query, status, code) => {
    const { ask, hub } = await serve()
    const answer = await ask(`/baro/channels/room:1?${query}`)
    expect([answer.status, answer.body.error?.code]).toEqual([status, code])
    expect(answer.headers['cache-control']).toBe('no-store')
    expect(answer.headers.etag).toBeUndefined()
    expect(hub.counters.rejected).toBe(1)
  })
})
