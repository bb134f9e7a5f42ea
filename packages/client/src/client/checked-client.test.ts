import { BaroError } from '@baro/core'
import { afterEach, describe, expect, it } from 'vitest'
import { chat, lobby } from '../../test/chat.ts'
import { createClient } from '../checked.ts'
import { createClient as createWebSocketClient } from '../checked-websocket.ts'
import type { Transport } from '../ports/transport.ts'
import { createClient as createUnchecked } from './ladder-client.ts'

/** Nobody answers: what is refused here never leaves. */
const transport: Transport = { rung: 'websocket', open: () => ({ send() {}, close() {} }) }
const client = () => createClient({ url: 'https://shop.example/baro', transport })
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

/** As plain JavaScript calls it, with whatever. */
// biome-ignore lint/suspicious/noExplicitAny: as above.
const plain = (one: unknown): any => one

async function refusalOf(call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    return error instanceof BaroError ? `${error.code} ${error.message}` : error
  }
}

describe('what a client is called with, at the door that checks it', () => {
  const noReference = 'bad-name A channel is named by a reference, not by'
  it.each<[string, readonly unknown[], string]>([
    ['nothing', [], 'bad-definition subscribe takes a definition and a reference of it, not undefined first'],
    ['a reference alone', [lobby], 'bad-definition subscribe takes a definition and a reference of it, not an object'],
    ['a definition alone', [chat], `${noReference} undefined. Pass room({ id: 42 }).`],
    ['a name', [chat, 'lobby'], `${noReference} "lobby".`],
    ['a definition twice', [chat, chat], `${noReference} a definition.`],
  ])('subscribe with %s', async (_what, args, message) => {
    for (const one of [client(), createWebSocketClient({ url: 'https://shop.example/baro', transport })])
      expect(await refusalOf(() => plain(one).subscribe(...args))).toContain(message)
  })

  it('is spread like any other: who puts something around it has all of it', () => {
    const options = { url: 'https://shop.example/baro', transport }
    const [checked, unchecked] = [createClient(options), createUnchecked(options)]
    expect(Object.keys({ ...checked }).sort()).toEqual(Object.keys(unchecked).sort())
    const subscriptions = [checked, unchecked].map((one) => one.subscribe(chat, lobby))
    const [ofChecked, ofUnchecked] = subscriptions.map((one) => Object.keys({ ...one }).sort())
    expect(ofChecked).toEqual(ofUnchecked)
    for (const one of subscriptions) one.close()
    for (const one of [checked, unchecked]) one.close()
  })

  it('peek with a name', async () => {
    expect(await refusalOf(() => plain(client()).peek(chat, 'lobby'))).toContain(noReference)
  })

  it.each<[string, (subscription: ReturnType<typeof plain>) => unknown, string]>([
    ['publish', (one) => one.publish('message', {}, { idd: 'a' }), 'bad-definition publish: there is no option "idd"'],
    ['publish', (one) => one.publish('message', {}, { id: 5 }), 'bad-definition publish: "id" is 5. Give a text'],
    ['publish', (one) => one.publish('message', {}, 'a'), 'publish: the options must be an object, not "a"'],
    [
      'publish',
      (one) => one.publish('message', {}, { signal: 'x' }),
      '"signal" is "x". Give an object with throwIfAborted()',
    ],
    ['request', (one) => one.request('older', {}, { timeoutMs: '5' }), '"timeoutMs" is "5". Give milliseconds'],
    ['request', (one) => one.request('older', {}, { timeoutMs: Number.NaN }), '"timeoutMs" is NaN'],
    ['request', (one) => one.request('older', {}, { timeout: 5 }), 'Did you mean "timeoutMs"?'],
    ['signal', (one) => one.signal('typing', {}, { user: 'ada' }), 'bad-definition signal: there is no option "user"'],
    ['offer', (one) => one.offer(), noReference],
    ['onChange', (one) => one.onChange(), 'bad-definition onChange takes a function, not undefined'],
    ['onPublication', (one) => one.onPublication(5), 'bad-definition onPublication takes a function, not 5'],
    ['onSignal', (one) => one.onSignal('x'), 'bad-definition onSignal takes a function, not "x"'],
  ])('%s of a subscription', async (_name, call, message) => {
    const subscription = plain(client()).subscribe(chat, lobby)
    ends.push(() => subscription.close())
    expect(await refusalOf(() => call(subscription))).toContain(message)
  })

  it('what is right passes, and what changes is seen to change', async () => {
    const one = client()
    const subscription = one.subscribe(chat, lobby)
    ends.push(() => one.close())
    expect(subscription.channel).toBe(lobby.channel)
    const before = one.status
    const stop = new AbortController()
    const published = subscription.publish('message', { text: 'hi' } as never, { signal: stop.signal, id: undefined })
    stop.abort('enough')
    await expect(published).rejects.toBe('enough')
    one.close()
    expect(one.status).not.toBe(before)
    expect(one.status.state).toBe('closed')
    expect(subscription.current.status.state).toBe('closed')
  })
})
