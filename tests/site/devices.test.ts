/** The rules of the devices, where several say something in one moment. */
import { createHub } from '@baro/server'
import { settled } from '@baro/testing'
import { beforeEach, expect, test } from 'vitest'
import { device, devices, isWaiting, maxWaiting } from '../../examples/site/channels/device.ts'
import { openDevices } from '../../examples/site/server/devices.ts'

const kitchen = device({ id: 'kitchen' })
const red = { what: 'colour', value: 'red', lifeSeconds: 60 } as const

function setUp() {
  const hub = createHub({ channels: [device, devices] })
  openDevices(hub)
  return { hub, commands: async () => (await hub.snapshot(kitchen)).value.commands }
}

let stage: ReturnType<typeof setUp>
beforeEach(() => {
  stage = setUp()
  return async () => {
    // What a command left to do looks at its state once more.
    await settled()
    await stage.hub.close()
  }
})

/** What becomes of the same publish of several participants, sent in one turn. */
async function atOnce(count: number, type: 'command' | 'delivered' | 'acknowledged', payload: object) {
  const all = await Promise.allSettled(
    Array.from({ length: count }, () => stage.hub.open().publish(kitchen, type, payload as never)),
  )
  return all.map((one) => (one.status === 'fulfilled' ? 'published' : (one.reason as { code: string }).code)).sort()
}

test('a command is delivered to one of those who say at once that they are the device', async () => {
  const { id } = await stage.hub.open().publish(kitchen, 'command', red)
  expect(await atOnce(3, 'delivered', { command: id })).toEqual(['not-accepted', 'not-accepted', 'published'])
  expect(await atOnce(3, 'acknowledged', { command: id })).toEqual(['not-accepted', 'not-accepted', 'published'])
  expect((await stage.commands()).map(({ status }) => status)).toEqual(['acknowledged'])
})

test('as many commands wait as may, also if they are sent at once', async () => {
  const outcomes = await atOnce(maxWaiting + 2, 'command', red)
  expect(outcomes.filter((one) => one === 'published')).toHaveLength(maxWaiting)
  expect((await stage.commands()).filter(isWaiting)).toHaveLength(maxWaiting)
})
