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
    // The next change tells what could not be told. The last one comes when the hub is closed already.
    setTimeout(() => void tell().catch(() => {}), gatherMs)
  }
  const tell = async () => {
    isPlanned = false
    const told = count
    if (told === published) return
    await hub.publish(activity(), 'visitors', { count: told })
    published = told
  }
  hub.on('connected', () => changed(1))
  hub.on('disconnected', () => changed(-1))
}
