import { channel } from '@baro/core'
import { maxChannelNameBytes } from '@baro/core/protocol'
import * as z from 'zod/mini'
import { isRoomId } from './room-id.ts'

/** The colours that a device can be told to show. */
export const colours = ['red', 'orange', 'green', 'blue', 'violet'] as const

/** How a device can be told to vibrate. */
export const vibrations = ['short', 'long'] as const

/** How long a command waits for its device if it does not say so, in seconds. */
export const defaultLifeSeconds = 60

/** The longest that a command may wait, in seconds. */
export const maxLifeSeconds = 600

/** How many commands of a device are kept, and shown. */
export const keptCommands = 12

/** How many commands of a device may wait at a time. Less than are kept, so none is forgotten before its end. */
export const maxWaiting = 8

/** How many devices the dashboard keeps: those heard last. */
export const keptDevices = 24

/** Whether a text can be the id of a device: that of a room, as far as the name of the channel has room for it. */
export function isDeviceId(text: string): boolean {
  return isRoomId(text) && encodeURIComponent(text).length <= maxChannelNameBytes - 'device:'.length
}

export type Colour = (typeof colours)[number]
export type Vibration = (typeof vibrations)[number]

/** What a device tells of itself. */
export interface Report {
  /** From 0 to 1. */
  readonly battery?: number | undefined
  readonly charging?: boolean | undefined
  readonly orientation?: 'portrait' | 'landscape' | undefined
}

/**
 * `sent`: its device has not got it. `delivered`: its device has it, and nobody else gets it. `acknowledged`: its device
 * did it. `expired`: its time was over before that.
 */
export type CommandStatus = 'sent' | 'delivered' | 'acknowledged' | 'expired'

export type Command = {
  readonly id: string
} & (
  | { readonly what: 'colour'; readonly value: Colour }
  | { readonly what: 'vibration'; readonly value: Vibration }
) & {
    // Before the times: the loop with `curl` reads these four fields, in this order, from the JSON.
    readonly status: CommandStatus
    /** When the server took it, in milliseconds since 1970. */
    readonly time: number
    readonly expiresAt: number
    /** It reached its device, whatever came of it. */
    readonly isDelivered: boolean
  }

export interface Device {
  /** The newest one wins. */
  readonly report: Report
  /** When it last told something, in milliseconds since 1970; `null` if it never has. */
  readonly heardAt: number | null
  /** That of the newest command that the device acknowledged. */
  readonly colour: Colour | null
  /** Oldest first. */
  readonly commands: readonly Command[]
}

const report = z.object({
  battery: z.optional(z.number().check(z.gte(0), z.lte(1))),
  charging: z.optional(z.boolean()),
  orientation: z.optional(z.enum(['portrait', 'landscape'])),
})
const lifeSeconds = z.optional(z.int().check(z.gte(1), z.lte(maxLifeSeconds)))
const command = z.union([
  z.object({ what: z.literal('colour'), value: z.enum(colours), lifeSeconds }),
  z.object({ what: z.literal('vibration'), value: z.enum(vibrations), lifeSeconds }),
])
const ofCommand = z.object({ command: z.string().check(z.maxLength(64)) })
const degrees = z.number().check(z.gte(-180), z.lte(180))

/**
 * A device that strangers name as they name a room. What became of each command is in the state, so a reload, another
 * transport and a poll of the URL say the same.
 */
export const device = channel('device:{id}', {
  params: { id: isDeviceId },
  events: { report, command, delivered: ofCommand, acknowledged: ofCommand, expired: ofCommand },
  /** How it is held at this moment: nobody wants the one before. */
  signals: { tilt: z.object({ beta: degrees, gamma: degrees }) },
  state: {
    initial: (): Device => ({ report: {}, heardAt: null, colour: null, commands: [] }),
    on: {
      report: (state, { time, payload }) => ({ ...settled(state, time), report: payload, heardAt: time }),
      command: (state, { id, time, payload }) => {
        const { lifeSeconds = defaultLifeSeconds, ...what } = payload
        const expiresAt = time + lifeSeconds * 1_000
        const added: Command = { id, ...what, status: 'sent', time, expiresAt, isDelivered: false }
        const before = settled(state, time)
        return { ...before, commands: [...before.commands, added].slice(-keptCommands) }
      },
      delivered: (state, { time, payload }) => {
        const before = settled(state, time)
        return { ...withStatus(before, payload.command, 'sent', 'delivered'), heardAt: time }
      },
      acknowledged: (state, { time, payload }) => {
        const before = settled(state, time)
        const done = before.commands.find(({ id, status }) => id === payload.command && status === 'delivered')
        const after = withStatus(before, payload.command, 'delivered', 'acknowledged')
        return { ...after, heardAt: time, ...(done?.what === 'colour' && { colour: done.value }) }
      },
      expired: (state, { time, payload }) => {
        const before = withStatus(settled(state, time), payload.command, 'sent', 'expired')
        return withStatus(before, payload.command, 'delivered', 'expired')
      },
    },
  },
  history: { bytes: 1 << 18 },
})

/** Whether a command still waits for its device. */
export function isWaiting({ status }: Command): boolean {
  return status === 'sent' || status === 'delivered'
}

// The time is that of a publication, so that everybody who folds the stream finds the same commands expired.
function settled(state: Device, time: number): Device {
  if (!state.commands.some((one) => isWaiting(one) && one.expiresAt <= time)) return state
  const commands = state.commands.map(
    (one): Command => (isWaiting(one) && one.expiresAt <= time ? { ...one, status: 'expired' } : one),
  )
  return { ...state, commands }
}

function withStatus(state: Device, command: string, from: CommandStatus, to: CommandStatus): Device {
  const commands = state.commands.map(
    (one): Command =>
      one.id === command && one.status === from
        ? { ...one, status: to, isDelivered: one.isDelivered || to === 'delivered' }
        : one,
  )
  return { ...state, commands }
}

/** A device as the dashboard shows it. */
export interface HeardDevice extends Report {
  readonly id: string
  readonly colour: Colour | null
  readonly heardAt: number
}

/** All devices. Who is in it is a device that is here: its page is open. */
export const devices = channel('devices', {
  events: { heard: z.extend(report, { id: z.string(), colour: z.nullable(z.enum(colours)) }) },
  members: { state: z.object({ device: z.string().check(z.refine(isDeviceId)) }) },
  state: {
    initial: (): readonly HeardDevice[] => [],
    on: {
      heard: (list, { time, payload }) =>
        [{ ...payload, heardAt: time }, ...list.filter(({ id }) => id !== payload.id)].slice(0, keptDevices),
    },
  },
})
