/** The guide is carried out: each of its files runs, and an unmodified client does the same with each. */
import { io as connect } from 'socket.io-client'
import { expect, test } from 'vitest'
import { runSample } from '../house/running-sample.ts'
import { atEnd, heardBy, until } from './stage.ts'

/** Runs a file of the guide; returns where it serves. */
async function run(file: string): Promise<string> {
  const { url, end } = await runSample('from-socket.io', file)
  atEnd(end)
  return url
}

test.each(['chat.ts', 'step-1.ts', 'step-2.ts'])('%s serves the same page and the same clients', async (file) => {
  const url = await run(file)
  expect(await (await fetch(url)).text()).toContain('/socket.io/socket.io.js')
  expect((await fetch(`${url}/socket.io/socket.io.js`)).status).toBe(200)
  const [ada, bob] = [1, 2].map(() => {
    const socket = connect(url, { forceNew: true, auth: { token: 'a secret of Ada' } })
    atEnd(() => socket.disconnect())
    return socket
  })
  if (!ada || !bob) throw new Error('There are two.')
  await Promise.all([ada, bob].map((one) => new Promise<void>((resolve) => one.on('connect', resolve))))
  const heard = heardBy(bob)
  bob.emit('join', '1')
  bob.emit('message', '1', { text: 'my own' })
  await until(bob, () => heard.length === 1)
  ada.emit('message', '1', { text: 'hello' })
  await until(bob, () => heard.length === 2)
  expect(heard).toEqual([{ text: 'my own' }, { text: 'hello' }])
})

test('from step 1 on everybody else is in the room, and from step 2 on its rule counts', async () => {
  const url = await run('step-2.ts')
  const channel = `${url}/baro/channels/room:1`
  const publish = (headers: Record<string, string>) =>
    fetch(channel, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ type: 'message', payload: { text: 'hello' } }),
    })
  expect((await publish({})).status).toBe(403)
  expect((await publish({ authorization: 'Bearer a secret of Ada' })).status).toBe(200)
  expect(await (await fetch(channel)).json()).toMatchObject({ snapshot: [{ text: 'hello' }] })
})
