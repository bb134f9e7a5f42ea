/** Clients of every kind in one room: each sends, and all hear all of it in the same order. */
import { createClient } from '@baro/client'
import { mount as mountSupabase } from '@baro/supabase'
import { createClient as createSupabase } from '@supabase/supabase-js'
import { EventSource } from 'eventsource'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { atEnd, heardBy, join, type Node, room, startNode, until } from './stage.ts'

/** One client: what it has heard, and how it says something. */
interface Kind {
  readonly heard: string[]
  say(text: string): unknown
}

/** Resolves once each has heard so many; looks whenever one hears something. */
class Listening {
  #looks: (() => void)[] = []

  note(heard: string[], payload: unknown): void {
    heard.push((payload as { text: string }).text)
    for (const look of this.#looks) look()
  }

  all(kinds: readonly Kind[], count: number): Promise<void> {
    return new Promise((resolve) => {
      const look = () => kinds.every(({ heard }) => heard.length >= count) && resolve()
      this.#looks.push(look)
      look()
    })
  }
}

async function sdk({ url }: Node, listening: Listening): Promise<Kind> {
  const client = createClient({ url: `${url}/baro` })
  atEnd(() => client.close())
  const heard: string[] = []
  const one = client.subscribe(room, room({ id: 1 }))
  one.onPublication(({ payload }) => listening.note(heard, payload))
  await new Promise<void>((resolve) => one.onChange(({ handOver }) => handOver && resolve()))
  return { heard, say: (text) => one.publish('message', { text }) }
}

async function eventStream({ url }: Node, listening: Listening): Promise<Kind> {
  const source = new EventSource(`${url}/baro/channels/room:1?live=sse&view=payload`)
  atEnd(() => source.close())
  const heard: string[] = []
  source.onmessage = ({ data }) => listening.note(heard, JSON.parse(data))
  await new Promise((resolve) => source.addEventListener('open', resolve))
  const say = (text: string) =>
    fetch(`${url}/baro/channels/room:1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'message', payload: { text } }),
    })
  return { heard, say }
}

async function plainWebSocket({ url }: Node, listening: Listening): Promise<Kind> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/baro/channels/room:1`)
  atEnd(() => socket.terminate())
  const heard: string[] = []
  socket.on('message', (data) => {
    const { type, payload } = JSON.parse(String(data))
    if (type === 'message') listening.note(heard, payload)
  })
  await new Promise((resolve) => socket.once('open', resolve))
  return { heard, say: (text) => socket.send(JSON.stringify({ type: 'message', payload: { text } })) }
}

async function socketIo(node: Node, listening: Listening, transport: 'websocket' | 'polling'): Promise<Kind> {
  const socket = await node.connected({ transports: [transport] })
  const heard: string[] = []
  socket.on('message', (payload: unknown) => listening.note(heard, payload))
  await join(socket, 'room:1')
  return { heard, say: (text) => socket.emit('message', 'room:1', { text }) }
}

async function supabase({ url }: Node, listening: Listening): Promise<Kind> {
  const client = createSupabase(url, 'anon', { realtime: { transport: WebSocket as never } })
  atEnd(() => client.removeAllChannels())
  const heard: string[] = []
  const topic = client.channel('room:1', { config: { broadcast: { self: true } } })
  topic.on('broadcast', { event: 'message' }, ({ payload }) => listening.note(heard, payload))
  await new Promise<void>((resolve) => topic.subscribe((status) => status === 'SUBSCRIBED' && resolve()))
  return { heard, say: (text) => topic.send({ type: 'broadcast', event: 'message', payload: { text } }) }
}

test('a message of any kind of client is heard by all others exactly once, and all hear the same order', async () => {
  const node = await startNode()
  mountSupabase(node.hub)
  const listening = new Listening()
  const kinds = [
    await sdk(node, listening),
    await eventStream(node, listening),
    await plainWebSocket(node, listening),
    await socketIo(node, listening, 'websocket'),
    await socketIo(node, listening, 'polling'),
    await supabase(node, listening),
  ]
  const [said, saying]: [string[], unknown[]] = [[], []]
  for (let round = 0; round < 10; round++)
    for (const [index, kind] of kinds.entries()) {
      const text = `${index}/${round}`
      said.push(text)
      saying.push(kind.say(text))
    }
  await Promise.all([listening.all(kinds, said.length), ...saying])
  const [first] = kinds
  for (const { heard } of kinds) expect(heard).toEqual(first?.heard)
  expect(first?.heard.toSorted()).toEqual(said.toSorted())
})

test('a signal of another kind of client is a volatile event', async () => {
  const node = await startNode()
  const ada = await node.connected()
  const typing = heardBy(ada, 'typing')
  await join(ada, 'room:1')
  const bot = node.hub.open({ user: { id: 'bot' } })
  await bot.signal(room({ id: 1 }), 'typing', { who: 'bot' })
  await until(ada, () => typing.length === 1)
  expect(typing).toEqual([{ who: 'bot' }])
})
