import type { Hub } from '@baro/server'
import { race } from '../channels/race.ts'

/** Publishes ticks into the race at the rate chosen last, while somebody follows it on an open stream. */
export function runRace(hub: Hub): void {
  let { perSecond } = race.state?.initial() ?? { perSecond: 1 }
  let followers = 0
  let timer: NodeJS.Timeout | undefined
  const tick = () => hub.publish(race(), 'tick', { uptimeMs: Math.round(process.uptime() * 1_000) })
  const pace = () => {
    clearInterval(timer)
    timer = followers > 0 ? setInterval(() => void tick().catch(() => {}), 1_000 / perSecond) : undefined
  }
  const follow = (by: number) => {
    const wasRunning = followers > 0
    followers += by
    if (wasRunning !== followers > 0) pace()
  }
  hub.on(race, {
    access: 'public',
    events: {
      rate: async ({ payload, publish }) => {
        // Nobody can fill the channel by choosing the same again.
        if (payload.perSecond === perSecond) return
        perSecond = payload.perSecond
        pace()
        await publish('rate', payload)
      },
    },
    joined: () => follow(1),
    left: () => follow(-1),
  })
}
