import { BaroError } from '@baro/core'
import type { Auth } from '@baro/server'
import { expect, test } from 'vitest'
import { Heard, joined, room, startNode } from './stage.ts'

/** `NAME` or `NAME until TIME`. */
const byName: Auth = ({ token }) => {
  if (token === undefined) return undefined
  const [, id, until] = /^([a-z]+)(?: until (\d+))?$/.exec(token) ?? []
  if (id === undefined) throw new BaroError('unauthenticated', `"${token}" is no name.`)
  return { id, ...(until !== undefined && { expiresAtMs: Number(until) }) }
}

test('whoever is nobody joins where anonymous is allowed, and where a rule says no learns why', async () => {
  const node = await startNode({ auth: byName, access: ({ user, params }) => params.id === '1' || user !== undefined })
  await joined(node.client().channel('room:1'))
  await expect(joined(node.client().channel('room:2'))).rejects.toThrow(/room:2/)
  await joined(node.client({ key: 'ann' }).channel('room:2'))
  await expect(joined(node.client({ key: 'NOBODY' }).channel('room:1'))).rejects.toThrow(/no name/)
})

test('a topic that no channel is named after is refused with what to do', async () => {
  const node = await startNode()
  await expect(joined(node.client().channel('hall'))).rejects.toThrow(/channel\(\)/)
  await expect(joined(node.client().channel('room:'))).rejects.toThrow(/segment/)
})

test('what is published bears the user of the token, and another key of anonymous clients is possible', async () => {
  const node = await startNode({ auth: byName, mount: { anonKey: 'public-key' } })
  const by: (string | undefined)[] = []
  const heard = new Promise<void>((resolve) => {
    node.hub.open().follow(room({ id: 1 }), 'now', {
      delivered: ({ publications }) => {
        for (const one of publications) by.push(one.by)
        if (by.length === 2) resolve()
      },
      reset: () => {},
      failed: () => {},
    })
  })
  for (const key of ['ann', 'public-key']) {
    const topic = node.client({ key }).channel('room:1', { config: { broadcast: { ack: true } } })
    await joined(topic)
    expect(await topic.send({ type: 'broadcast', event: 'message', payload: { text: key } })).toBe('ok')
  }
  await heard
  expect(by).toEqual(['ann', undefined])
})

test('a new token on a living topic counts at once: nothing is missed, and what was allowed may end', async () => {
  const node = await startNode({ auth: byName, access: ({ user }) => user?.id !== 'mallory' })
  const client = node.client()
  const topic = client.channel('room:1', { config: { broadcast: { ack: true } } })
  const heard = new Heard(topic)
  const ended = new Promise<void>((resolve) => topic.on('system', {}, ({ status }) => status === 'error' && resolve()))
  await joined(topic)
  await client.realtime.setAuth('ann')
  for (const text of ['a', 'b', 'c']) await node.hub.publish(room({ id: 1 }), 'message', { text })
  expect(await heard.count(3)).toEqual(['a', 'b', 'c'].map((text) => ({ text })))
  await client.realtime.setAuth('mallory')
  await ended
  await node.hub.publish(room({ id: 1 }), 'message', { text: 'secret' })
  await joined(node.client().channel('room:1'))
  expect(heard.all).toHaveLength(3)
})

test('what is said after a new token is said by whom it names, however long it takes to find out who that is', async () => {
  let letIn = () => {}
  const isKnown = new Promise<void>((resolve) => {
    letIn = resolve
  })
  const auth: Auth = async ({ token }) => {
    if (token === undefined) return undefined
    await isKnown
    return { id: token }
  }
  const node = await startNode({ auth, access: ({ action, user }) => action === 'read' || user !== undefined })
  const client = node.client()
  const topic = await joined(client.channel('room:1', { config: { broadcast: { ack: true } } }))
  await client.realtime.setAuth('ann')
  const said = topic.send({ type: 'broadcast', event: 'message', payload: { text: 'of ann' } })
  letIn()
  expect(await said).toBe('ok')
})

test('I8: a token that expires ends the topic, and the client is back in it by itself with a new one', async () => {
  const node = await startNode({ auth: byName, access: ({ user }) => user !== undefined })
  let asked = 0
  const token = async () => (asked++ === 0 ? `ann until ${Date.now() + 800}` : 'ann')
  const client = node.client({ token })
  const topic = client.channel('room:1')
  const heard = new Heard(topic)
  const errors: unknown[] = []
  await new Promise<void>((resolve) => {
    topic.subscribe((status) => {
      if (status === 'CHANNEL_ERROR') {
        errors.push(status)
        client.realtime.setAuth()
      } else if (status === 'SUBSCRIBED' && errors.length > 0) resolve()
    })
  })
  await node.hub.publish(room({ id: 1 }), 'message', { text: 'after' })
  expect(await heard.count(1)).toEqual([{ text: 'after' }])
})

test('whoever is disconnected by the application is out of the topic', async () => {
  const node = await startNode({ auth: byName })
  const topic = node.client({ key: 'ann' }).channel('room:1')
  const ended = new Promise<void>((resolve) => topic.on('system', {}, ({ status }) => status === 'error' && resolve()))
  await joined(topic)
  await node.hub.disconnect({ user: 'ann' })
  await ended
})

test('a client joins again by itself when its server was restarted', async () => {
  const node = await startNode()
  const port = Number(new URL(node.url).port)
  const topic = node.client().channel('room:1')
  const heard = new Heard(topic)
  let times = 0
  let isBack = () => {}
  const back = new Promise<void>((resolve) => {
    isBack = resolve
  })
  await new Promise<void>((resolve) => {
    topic.subscribe((status) => {
      if (status !== 'SUBSCRIBED') return
      times++
      if (times === 1) resolve()
      else isBack()
    })
  })
  await node.hub.close()
  await node.stopListening()
  const next = await startNode({ port })
  await back
  await next.hub.publish(room({ id: 1 }), 'message', { text: 'of the next life' })
  expect(await heard.count(1)).toEqual([{ text: 'of the next life' }])
})

test('a topic that is left hears nothing more, and can be joined again', async () => {
  const node = await startNode()
  const client = node.client()
  const topic = client.channel('room:1')
  const heard = new Heard(topic)
  await joined(topic)
  expect(await client.removeChannel(topic)).toBe('ok')
  // The client says so before its server knows. What is answered after that was read after it.
  await joined(client.channel('room:2'))
  await node.hub.publish(room({ id: 1 }), 'message', { text: 'unheard' })
  const again = client.channel('room:1')
  const heardAgain = new Heard(again)
  await joined(again)
  await node.hub.publish(room({ id: 1 }), 'message', { text: 'heard' })
  expect(await heardAgain.count(1)).toEqual([{ text: 'heard' }])
  expect(heard.all).toEqual([])
})
