import { singleNodeDefaults } from '@baro/core/broker'

/**
 * What the channels may take where nobody said how much, in a process with such a heap. What is estimated is not all that
 * they take, and the rest of the process wants its share: with a whole heap of room, a stranger who invents names would
 * end the process before anything went.
 */
export function defaultRoom(heapLimitBytes: number): number {
  return Math.min(singleNodeDefaults.mostBytes, Math.floor(heapLimitBytes / 4))
}
