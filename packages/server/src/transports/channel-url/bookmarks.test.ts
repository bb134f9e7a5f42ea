import { expect, test } from 'vitest'
import { type HttpStage, publishAll, serve, until } from '../../../test/http-stage.ts'
import { TextSocket } from '../../../test/stream-readers.ts'
import type { AccessContext, Auth } from '../../channel/handlers.ts'
import { Bookmarks, maxBookmarks, maxBookmarksOfOne } from './bookmarks.ts'

const page = 'a-page-of-somebody'

/** The ConnectionManager of a tutorial: it opens the same URL again, and shows what comes. */
const open = (stage: HttpStage, more = '', options = {}) =>
  new TextSocket(stage.url(`/baro/channels/chat:1?view=payload&reader=${page}${more}`), options)

const opened = (stage: HttpStage, times: number) =>
  until(() => stage.hub.counters.recovered === times && stage.hub.counters.sessions > 0)

/** Reads one text, and waits until the hub has asked whether it came. */
async function nextReceived(socket: TextSocket): Promise<string> {
  const asked = new Promise((resolve) => socket.webSocket.once('ping', resolve))
  const text = await socket.next()
  await asked
  return text
}

test('I2: a reader of payloads that is cut gets what it missed, without a line of code', async () => {
  const stage = await serve()
  await publishAll(stage.hub, 'chat:1', 'before')
  const first = open(stage)
  await opened(stage, 1)
  await publishAll(stage.hub, 'chat:1', 'a')
  expect(await nextReceived(first)).toBe('a')
  first.webSocket.close()
  await first.closed
  await publishAll(stage.hub, 'chat:1', 'b', 'c')
  const second = open(stage)
  expect([await second.next(), await second.next()]).toEqual(['b', 'c'])
  await publishAll(stage.hub, 'chat:1', 'd')
  expect(await second.next()).toBe('d')
})

test('I2: a reader that is cut before the first message has a place too', async () => {
  const stage = await serve()
  await publishAll(stage.hub, 'chat:1', 'before')
  const first = open(stage)
  await opened(stage, 1)
  first.webSocket.terminate()
  await until(() => stage.hub.counters.sessions === 0)
  await publishAll(stage.hub, 'chat:1', 'meanwhile')
  expect(await open(stage).next()).toBe('meanwhile')
})

test('I2: what a link was given and never said it got comes again', async () => {
  const stage = await serve()
  const deaf = open(stage, '', { autoPong: false })
  await opened(stage, 1)
  await publishAll(stage.hub, 'chat:1', 'a')
  expect(await nextReceived(deaf)).toBe('a')
  deaf.webSocket.terminate()
  await until(() => stage.hub.counters.sessions === 0)
  expect(await open(stage).next()).toBe('a')
})

test('a page asks for no more than ten receipts a second, and the last of many messages has one', async () => {
  const stage = await serve()
  const socket = open(stage)
  let pings = 0
  socket.webSocket.on('ping', () => pings++)
  await opened(stage, 1)
  await publishAll(stage.hub, 'chat:1', 'a')
  await until(() => stage.waits.includes(100))
  for (const text of ['b', 'c', 'd']) await publishAll(stage.hub, 'chat:1', text)
  for (const text of ['a', 'b', 'c', 'd']) expect(await socket.next()).toBe(text)
  expect(pings).toBe(1)
  stage.clock.advance(100)
  await until(() => stage.waits.includes(100))
  expect(pings).toBe(2)
  socket.webSocket.close()
  await socket.closed
  await publishAll(stage.hub, 'chat:1', 'e')
  expect(await open(stage).next()).toBe('e')
})

test('?after= wins, and another name, or none, begins now', async () => {
  const stage = await serve()
  const first = open(stage)
  await opened(stage, 1)
  const [position] = await publishAll(stage.hub, 'chat:1', 'a')
  await nextReceived(first)
  await publishAll(stage.hub, 'chat:1', 'b', 'c')
  const others = [open(stage, `&after=${position}`), new TextSocket(stage.url('/baro/channels/chat:1?view=payload'))]
  await opened(stage, 3)
  await publishAll(stage.hub, 'chat:1', 'd')
  expect(await others[0]?.next()).toBe('b')
  expect(await others[1]?.next()).toBe('d')
})

test('a user is not found under the name that a guest has, and a short name is refused', async () => {
  const stage = await serve()
  const guest = open(stage)
  await opened(stage, 1)
  guest.webSocket.close()
  await guest.closed
  await publishAll(stage.hub, 'chat:1', 'a')
  const ada = open(stage, '', { headers: { authorization: 'Bearer ada' } })
  await opened(stage, 2)
  await publishAll(stage.hub, 'chat:1', 'b')
  expect(await ada.next()).toBe('b')
  const short = new TextSocket(stage.url('/baro/channels/chat:1?reader=me'))
  expect(await short.closed).toMatchObject({ code: 1006 })
})

test('I2: who says who it is by its first message has a name as well, and it is that of the user', async () => {
  const auth: Auth = ({ token }) => (token === undefined ? undefined : { id: token })
  const stage = await serve({ auth }, { access: ({ user }: AccessContext) => user !== undefined })
  const enter = async (user: string) => {
    const socket = open(stage)
    socket.say(JSON.stringify({ type: 'AUTH', token: user }))
    expect(await socket.message()).toMatchObject({ type: 'baro:authenticated' })
    return socket
  }
  const first = await enter('ada')
  await publishAll(stage.hub, 'chat:1', 'a')
  expect(await nextReceived(first)).toBe('a')
  first.webSocket.close()
  await first.closed
  await publishAll(stage.hub, 'chat:1', 'b')
  const [ada, grace] = [await enter('ada'), await enter('grace')]
  await opened(stage, 3)
  await publishAll(stage.hub, 'chat:1', 'c')
  expect([await ada.next(), await ada.next()]).toEqual(['b', 'c'])
  expect(await grace.next()).toBe('c')
})

test('I7: bookmarks are bounded, of one address and together, and whoever has the most gives way', () => {
  const bookmarks = new Bookmarks()
  const mark = (address: string, name: string) => bookmarks.open('chat:1', name, { address })
  const position = { kind: 'none' } as never
  const [first, quiet] = [mark('10.0.0.1', 'first'), mark('10.0.0.2', 'quiet')]
  for (const one of [first, quiet]) one.position = position
  for (let number = 1; number < maxBookmarksOfOne; number++) mark('10.0.0.1', `page ${number}`)
  expect(mark('10.0.0.1', 'first').position).toBe(position)
  for (let number = 1; number <= maxBookmarksOfOne; number++) mark('10.0.0.1', `later ${number}`)
  expect(mark('10.0.0.1', 'first').position).toBeUndefined()
  for (let number = 0; number < maxBookmarks; number++) mark(`10.1.${number % 150}.1`, `page ${number}`)
  expect(mark('10.0.0.2', 'quiet').position).toBe(position)
})
