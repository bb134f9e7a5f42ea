import { systemRandomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'

const key = 'visitor'
let unkept: string | undefined

/** What only this browser and the hub know. Made at the first use, and kept as long as the browser keeps anything. */
export function visitorSecret(): string {
  try {
    const kept = localStorage.getItem(key)
    if (kept) return kept
    unkept ??= createId(systemRandomness)
    localStorage.setItem(key, unkept)
  } catch {
    // A browser that keeps nothing is another visitor on each page.
    unkept ??= createId(systemRandomness)
  }
  return unkept
}
