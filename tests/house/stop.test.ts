/** What docs/deploy.md says of stopping is done by its sample: whoever is connected is told, and the process ends by itself. */
import { once } from 'node:events'
import { closeCodes } from '@baro/core/protocol'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { runSample } from './running-sample.ts'

test.each(['SIGTERM', 'SIGINT'] as const)('%s drains and ends the server of docs/deploy.md', async (signal) => {
  const { url, end } = await runSample('deploy', 'stop.ts')
  const socket = new WebSocket(`${url.replace('http', 'ws')}/baro/channels/room:1`)
  await once(socket, 'open')
  const closed = once(socket, 'close')
  expect(await end(signal)).toBe(0)
  expect(await closed).toEqual([closeCodes.drain, expect.anything()])
})
