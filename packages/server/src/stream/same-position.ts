import type { AtPosition } from '@baro/core/protocol'

/** Whether two positions are the same. It writes no text, because it is called for every delivery. */
export function isSamePosition(a: AtPosition, b: AtPosition): boolean {
  return a.offset === b.offset && a.check === b.check && a.epoch === b.epoch
}
