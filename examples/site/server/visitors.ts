import type { Hub } from '@baro/server'
import { activity } from '../channels/activity.ts'

const gatherMs = 250

/** Publishes how many connections are open, at most four times a second however many come and go. */
export function countVisitors(hub: Hub): void {
  let count = 0
  let published = 0
  let isPlanned = false
  const changed = (by: number) => {
    count += by
    if (isPlanned) return
    isPlanned = true
    setTimeout(async () => {
      isPlanned = false
      if (count === published) return
      published = count
      await hub.publish(activity(), 'visitors', { count })
    }, gatherMs)
  }
  hub.on('connected', () => changed(1))
  hub.on('disconnected', () => changed(-1))
}
