import { expect, test } from 'vitest'
import { news, serve } from '../../test/http-stage.ts'
import { NetworkClient } from '../../test/network-client.ts'
import { createMemoryBroker } from '../memory-broker/memory-broker.ts'

test('I4 I7: who follows a channel whose record gave way is reset, and goes on from there', async () => {
  const { hub, url } = await serve({ broker: createMemoryBroker({ maxChannels: 1 }) })
  const client = await NetworkClient.connect(url('/baro/connect').replace('http', 'ws'))
  client.send('baro:subscribe', { channel: 'news:1', attempt: 1, version: news.version })
  expect(await client.next()).toMatchObject({ type: 'baro:reset' })
  const before = await hub.publish(news({ id: 1 }), 'message', 'kept for a while')
  expect(await client.next()).toMatchObject({ type: 'baro:publications', payload: { position: before.position } })
  await hub.publish(news({ id: 2 }), 'message', 'the one record there is room for')
  expect(await client.next()).toMatchObject({ type: 'baro:reset', payload: { reason: 'epoch' } })
  const after = await hub.publish(news({ id: 1 }), 'message', 'in the next life')
  const heard = await client.next()
  expect(JSON.stringify(heard)).toContain('in the next life')
  expect(JSON.stringify(heard)).not.toContain('kept for a while')
  expect(heard.payload).toMatchObject({ position: after.position })
})
