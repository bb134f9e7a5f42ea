import { BaroError } from '@baro/core'
import { type Cancel, type Clock, systemClock } from '@baro/core/broker'
import type { Hub } from '@baro/server'
import { arena, type Heading, ticksPerSecond } from '../../channels/arena.ts'
import { seated, step } from './rules.ts'

/**
 * Opens the arena. While nobody looks there are no ticks, and nothing is published. The world is that of one node: of several,
 * each would play its own.
 */
export function openArena(hub: Hub, clock: Pick<Clock, 'after'> = systemClock): void {
  let world = arena.state?.initial()
  let inputs = new Map<string, Heading>()
  let watching = 0
  let cancel: Cancel | undefined
  let isOnItsWay = false

  const tick = (): void => {
    if (world) world = step(world, inputs)
    inputs = new Map()
    cancel = clock.after(1_000 / ticksPerSecond, tick)
    void tell()
  }
  const tell = async (): Promise<void> => {
    // A broker that is slower than the ticks gets the newest of them.
    if (isOnItsWay || !world) return
    isOnItsWay = true
    await hub.publish(arena(), 'world', world).catch((error) => console.warn(`A tick was not told: ${error.message}`))
    isOnItsWay = false
  }

  hub.on(arena, {
    access: 'public',
    joined: async () => {
      watching++
      if (watching > 1) return
      // What was played before a restart goes on.
      const { value } = await hub.snapshot(arena())
      if (world && value.tick > world.tick) world = value
      if (watching > 0) cancel ??= clock.after(0, tick)
    },
    left: () => {
      watching--
      if (watching > 0) return
      cancel?.()
      cancel = undefined
    },
    signals: {
      steer: ({ payload, user, session }) => {
        const by = user?.id ?? session
        if (by === undefined || !world?.players.some((one) => one.by === by))
          throw new BaroError('not-accepted', 'You have no seat in the arena. Join first.')
        inputs.set(by, payload.heading)
      },
    },
    requests: {
      me: ({ user, session }) => ({ by: user?.id ?? session }),
      join: ({ payload, user, session }) => {
        const by = user?.id ?? session
        const after = by === undefined || !world ? undefined : seated(world, by, payload.name)
        if (!after) throw new BaroError('not-accepted', 'All seats of the arena are taken. Watch until one is free.')
        world = after
        return { seat: after.players.find((one) => one.by === by)?.seat ?? 0 }
      },
    },
  })
}
