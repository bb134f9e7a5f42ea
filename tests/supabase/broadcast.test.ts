import { createClient } from '@baro/client'
import { createMemoryBroker } from '@baro/server'
import { describe, expect, test } from 'vitest'
import { atEnd, Heard, joined, room, startNode, versions } from './stage.ts'

describe.each(versions)('with serializer %s', (version) => {
  test('what one client broadcasts the others get once, in order, and itself only where it asks for that', async () => {
    const node = await startNode()
    const [ann, ben, cem] = await Promise.all(
      [false, false, true].map(async (self) => {
        const topic = node.client({ version }).channel('room:1', { config: { broadcast: { self } } })
        const heard = new Heard(topic)
        return { topic: await joined(topic), heard }
      }),
    )
    if (!ann || !ben || !cem) throw new Error('three have joined')
    for (const text of ['a', 'b', 'c']) await ann.topic.send({ type: 'broadcast', event: 'message', payload: { text } })
    await cem.topic.send({ type: 'broadcast', event: 'message', payload: { text: 'of cem' } })
    const all = ['a', 'b', 'c', 'of cem'].map((text) => ({ text }))
    expect(await ben.heard.count(4)).toEqual(all)
    expect(await cem.heard.count(4)).toEqual(all)
    expect(await ann.heard.count(1)).toEqual([{ text: 'of cem' }])
  })

  test('an acknowledgement says that the broadcast was taken, or refused', async () => {
    const node = await startNode()
    const topic = await joined(node.client({ version }).channel('room:1', { config: { broadcast: { ack: true } } }))
    expect(await topic.send({ type: 'broadcast', event: 'message', payload: { text: 'a' } })).toBe('ok')
    expect(await topic.send({ type: 'broadcast', event: 'message', payload: { text: 1 } })).toBe('error')
    expect(await topic.send({ type: 'broadcast', event: 'nothing', payload: {} })).toBe('error')
  })

  test('a type that the definition has among its signals is a signal, and does not come back to its sender', async () => {
    const node = await startNode()
    const one = node.client({ version }).channel('room:1')
    const other = node.client({ version }).channel('room:1')
    const [mine, theirs] = [new Heard(one, 'cursor'), new Heard(other, 'cursor')]
    await Promise.all([joined(one), joined(other)])
    await one.send({ type: 'broadcast', event: 'cursor', payload: { x: 1, y: 2 } })
    expect(await theirs.count(1)).toEqual([{ x: 1, y: 2 }])
    await other.send({ type: 'broadcast', event: 'cursor', payload: { x: 3, y: 4 } })
    expect(await mine.count(1)).toEqual([{ x: 3, y: 4 }])
  })

  test('a broadcast that is sent right after subscribe() arrives, by HTTP', async () => {
    const node = await startNode()
    const listener = node.client({ version }).channel('room:1')
    const heard = new Heard(listener)
    await joined(listener)
    const early = node.client({ version }).channel('room:1')
    early.subscribe()
    expect(await early.send({ type: 'broadcast', event: 'message', payload: { text: 'early' } })).toBe('ok')
    expect(await heard.count(1)).toEqual([{ text: 'early' }])
  })

  test('what was missed is replayed where the client asks for it, oldest first, before what is new', async () => {
    const node = await startNode()
    const since = Date.now() - 60_000
    for (const text of ['a', 'b', 'c']) await node.hub.publish(room({ id: 1 }), 'message', { text })
    const config = { private: true, broadcast: { replay: { since, limit: 2 } } }
    const topic = node.client({ version }).channel('room:1', { config })
    const heard = new Heard(topic)
    await joined(topic)
    await node.hub.publish(room({ id: 1 }), 'message', { text: 'd' })
    expect(await heard.count(3)).toEqual(['b', 'c', 'd'].map((text) => ({ text })))
    expect(heard.metas.map((meta) => (meta as { replayed?: boolean }).replayed)).toEqual([true, true, undefined])
  })
})

test('what was taken back is told as a broadcast, and is not replayed', async () => {
  const node = await startNode()
  const since = Date.now() - 60_000
  const live = node.client().channel('room:1')
  const told = new Heard(live, 'baro:redacted')
  await joined(live)
  await node.hub.publish(room({ id: 1 }), 'message', { text: 'a secret' }, { id: 'the-secret' })
  await node.hub.publish(room({ id: 1 }), 'message', { text: 'b' })
  await node.hub.redact(room({ id: 1 }), 'the-secret', { reason: 'abuse' })
  expect(await told.count(1)).toEqual([{ id: 'the-secret', offset: 1, reason: 'abuse' }])
  const config = { private: true, broadcast: { replay: { since, limit: 25 } } }
  const late = node.client().channel('room:1', { config })
  const [heard, gone] = [new Heard(late), new Heard(late, 'baro:tombstone')]
  await joined(late)
  expect(await heard.count(1)).toEqual([{ text: 'b' }])
  expect(await gone.count(1)).toEqual([{ reason: 'abuse' }])
  expect(gone.metas).toMatchObject([{ id: 'the-secret' }])
})

test('what was taken back on one node is told on the other, and replayed by none', async () => {
  const broker = createMemoryBroker()
  const [first, second] = [await startNode({ hub: { broker } }), await startNode({ hub: { broker } })]
  const since = Date.now() - 60_000
  const live = second.client().channel('room:1')
  const told = new Heard(live, 'baro:redacted')
  await joined(live)
  await first.hub.publish(room({ id: 1 }), 'message', { text: 'a secret' }, { id: 'the-secret' })
  await first.hub.publish(room({ id: 1 }), 'message', { text: 'b' })
  await first.hub.redact(room({ id: 1 }), 'the-secret')
  expect(await told.count(1)).toEqual([{ id: 'the-secret', offset: 1 }])
  for (const node of [first, second]) {
    const config = { private: true, broadcast: { replay: { since, limit: 25 } } }
    const late = node.client().channel('room:1', { config })
    const [heard, gone] = [new Heard(late), new Heard(late, 'baro:tombstone')]
    await joined(late)
    expect(await heard.count(1)).toEqual([{ text: 'b' }])
    expect(await gone.count(1)).toEqual([{}])
  }
})

test('bytes arrive as bytes', async () => {
  const node = await startNode()
  const topic = node.client().channel('room:1')
  const heard = new Heard<ArrayBuffer>(topic, 'picture')
  await joined(topic)
  const sender = await joined(node.client().channel('room:1'))
  await sender.send({ type: 'broadcast', event: 'picture', payload: new Uint8Array([0, 255, 7]).buffer })
  const [picture] = await heard.count(1)
  expect(new Uint8Array(picture as ArrayBuffer)).toEqual(new Uint8Array([0, 255, 7]))
})

test('httpSend publishes JSON and bytes, and says why it does not', async () => {
  const node = await startNode()
  const topic = node.client().channel('room:가 나')
  const [texts, pictures] = [new Heard(topic), new Heard<ArrayBuffer>(topic, 'picture')]
  await joined(topic)
  const sender = node.client().channel('room:가 나')
  expect(await sender.httpSend('message', { text: 'by HTTP' })).toEqual({ success: true })
  expect(await texts.count(1)).toEqual([{ text: 'by HTTP' }])
  expect(await sender.httpSend('picture', new Uint8Array([1, 2]).buffer)).toEqual({ success: true })
  expect(new Uint8Array((await pictures.count(1))[0] as ArrayBuffer)).toEqual(new Uint8Array([1, 2]))
  await expect(sender.httpSend('message', { text: 1 })).rejects.toThrow(/text/)
  await expect(node.client().channel('hall').httpSend('message', { text: '' })).rejects.toThrow(/hall/)
})

test('a client of Baro and one of Supabase hear each other, with Hangul in the name of the room', async () => {
  const node = await startNode()
  const topic = node.client().channel('room:가')
  const heard = new Heard(topic)
  await joined(topic)
  const client = createClient({ url: `${node.url}/baro` })
  atEnd(() => client.close())
  const one = client.subscribe(room, room({ id: '가' }))
  const texts: string[] = []
  const both = new Promise<void>((resolve) =>
    one.onPublication(({ payload }) => texts.push((payload as { text: string }).text) === 2 && resolve()),
  )
  await new Promise<void>((resolve) => one.onChange(({ handOver }) => handOver && resolve()))
  await one.publish('message', { text: '안녕' })
  await topic.send({ type: 'broadcast', event: 'message', payload: { text: '반가워요' } })
  await both
  expect(texts).toEqual(['안녕', '반가워요'])
  expect(await heard.count(1)).toEqual([{ text: '안녕' }])
})
