import type { AtPosition } from '@baro/core'

/** Whether two positions are one, without writing them as text: this is asked for every delivery. */
export function isSamePosition(a: AtPosition, b: AtPosition): boolean {
  return a.offset === b.offset && a.check === b.check && a.epoch === b.epoch
}
