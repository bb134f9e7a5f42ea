import { BaroError } from '@baro/core'
import type { Hub } from '@baro/server'
import { type Command, type Device, device, devices, isWaiting, maxWaiting } from '../channels/device.ts'
import { createTurns } from './turns.ts'

/**
 * The rules of the devices. Only valid steps are published: a command is delivered once, to whoever says first that it is
 * the device, and not after its time; only what was delivered is acknowledged.
 */
export function openDevices(hub: Hub): void {
  const inTurn = createTurns()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  const stateOf = async (id: string): Promise<Device> => (await hub.snapshot(device({ id }))).value

  /** Publishes what has expired, and comes back when the next command does. */
  const expire = (id: string): Promise<void> =>
    inTurn(id, async () => {
      clearTimeout(timers.get(id))
      timers.delete(id)
      const now = Date.now()
      const waiting = (await stateOf(id)).commands.filter(isWaiting)
      for (const command of waiting.filter((one) => one.expiresAt <= now))
        await hub.publish(device({ id }), 'expired', { command: command.id })
      const next = Math.min(...waiting.map(({ expiresAt }) => expiresAt).filter((time) => time > now))
      if (next === Number.POSITIVE_INFINITY) return
      const timer = setTimeout(() => expire(id).catch(reportFailure), next - now)
      // A command that waits must not keep a site that stops.
      timers.set(id, timer.unref())
    })

  const tellDashboard = async (id: string): Promise<void> => {
    const { report, colour } = await stateOf(id)
    await hub.publish(devices(), 'heard', { ...report, id, colour })
  }

  hub.on(device, {
    access: 'public',
    events: {
      report: async ({ payload, publish, params: { id } }) => {
        const published = await publish('report', payload)
        await tellDashboard(id)
        return published
      },
      command: async ({ payload, publish, params: { id } }) => {
        const published = await inTurn(id, async () => {
          const now = Date.now()
          const waiting = (await stateOf(id)).commands.filter((one) => isWaiting(one) && one.expiresAt > now)
          if (waiting.length >= maxWaiting)
            throw new BaroError(
              'not-accepted',
              `${maxWaiting} commands wait for the device "${id}" already. Send the next when one is done, or has expired.`,
            )
          return publish('command', payload)
        })
        void expire(id).catch(reportFailure)
        return published
      },
      delivered: ({ payload, publish, params: { id } }) =>
        inTurn(id, async () => {
          assertNext((await stateOf(id)).commands, payload.command, 'sent')
          return publish('delivered', payload)
        }),
      acknowledged: async ({ payload, publish, params: { id } }) => {
        const published = await inTurn(id, async () => {
          assertNext((await stateOf(id)).commands, payload.command, 'delivered')
          return publish('acknowledged', payload)
        })
        await tellDashboard(id)
        return published
      },
    },
    signals: { tilt: ({ payload, signal }) => signal('tilt', payload, { key: 'tilt' }) },
    // A site that has started anew has no timers: whoever looks at a device makes it look too.
    joined: ({ params: { id } }) => expire(id),
  })
  hub.on(devices, { access: 'public' })
}

function assertNext(commands: readonly Command[], id: string, status: Command['status']): void {
  const command = commands.find((one) => one.id === id)
  if (command?.status === status && command.expiresAt > Date.now()) return
  const found = command === undefined ? 'not kept' : command.status === status ? 'expired' : command.status
  throw new BaroError('not-accepted', `The command "${id}" is ${found}, not ${status}. Do not carry it out.`)
}

function reportFailure(error: unknown): void {
  console.error('A command of a device could not be ended.', error)
}
