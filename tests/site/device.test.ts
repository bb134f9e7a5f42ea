import { fold } from '@baro/core/protocol'
import { expect, test } from 'vitest'
import {
  type Device,
  device,
  devices,
  isDeviceId,
  keptCommands,
  keptDevices,
} from '../../examples/site/channels/device.ts'

type Step = readonly [type: string, payload: object, time: number]

/** The state of a device after these steps; the command of the nth step is `cn`. */
function after(...steps: readonly Step[]): Device {
  return steps.reduce(
    (state, [type, payload, time], index) =>
      fold(device, state, { type: type as never, payload: payload as never, offset: index + 1, id: `c${index}`, time }),
    device.state?.initial() as Device,
  )
}

const red: Step = ['command', { what: 'colour', value: 'red', lifeSeconds: 10 }, 1_000]
const statusAfter = (...steps: readonly Step[]) => after(...steps).commands.map(({ status }) => status)

test('a command is sent, delivered, acknowledged, and only then shown', () => {
  expect(after(red)).toMatchObject({ colour: null, commands: [{ id: 'c0', status: 'sent', expiresAt: 11_000 }] })
  const delivered: Step = ['delivered', { command: 'c0' }, 2_000]
  expect(after(red, delivered)).toMatchObject({ colour: null, commands: [{ status: 'delivered' }] })
  expect(after(red, delivered, ['acknowledged', { command: 'c0' }, 3_000])).toMatchObject({
    colour: 'red',
    heardAt: 3_000,
    commands: [{ status: 'acknowledged' }],
  })
})

test('what comes after the time of a command changes nothing of it', () => {
  expect(statusAfter(red, ['delivered', { command: 'c0' }, 11_000])).toEqual(['expired'])
  const delivered: Step = ['delivered', { command: 'c0' }, 10_999]
  const late = after(red, delivered, ['acknowledged', { command: 'c0' }, 11_000])
  expect(late).toMatchObject({ colour: null, commands: [{ status: 'expired', isDelivered: true }] })
  expect(statusAfter(red, ['report', {}, 11_000])).toEqual(['expired'])
})

test('a command that was acknowledged does not expire, and one that expired is not acknowledged', () => {
  const done: readonly Step[] = [
    red,
    ['delivered', { command: 'c0' }, 2_000],
    ['acknowledged', { command: 'c0' }, 3_000],
  ]
  expect(statusAfter(...done, ['expired', { command: 'c0' }, 11_000])).toEqual(['acknowledged'])
  expect(statusAfter(red, ['expired', { command: 'c0' }, 11_000], ['acknowledged', { command: 'c0' }, 12_000])).toEqual(
    ['expired'],
  )
})

test('the newest commands and the devices heard last are kept', () => {
  const many = after(...Array.from({ length: 30 }, () => red))
  expect(many.commands.map(({ id }) => id)).toEqual(Array.from({ length: keptCommands }, (_, i) => `c${18 + i}`))
  const list = Array.from({ length: 30 }, (_, i) => `d${i % 27}`).reduce(
    (state, id, index) =>
      fold(devices, state, {
        type: 'heard',
        payload: { id, colour: null },
        offset: index + 1,
        id: `m${index}`,
        time: index,
      }),
    devices.state?.initial() ?? [],
  )
  expect(list).toHaveLength(keptDevices)
  expect(list.slice(0, 4).map(({ id }) => id)).toEqual(['d2', 'd1', 'd0', 'd26'])
})

test.each(['kitchen', '부엌', 'A_b-1', '가'.repeat(27)])('%s can be a device, and its channel has a name', (id) => {
  expect(isDeviceId(id)).toBe(true)
  expect(device({ id }).channel.length).toBeLessThanOrEqual(255)
})

test.each(['', 'a.b', 'a b', 'x'.repeat(65), '가'.repeat(28), `${'가'.repeat(27)}1234567`, '\u202ea', '../a'])(
  '%j can be none',
  (id) => expect(isDeviceId(id)).toBe(false),
)
