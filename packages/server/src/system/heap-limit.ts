import { getHeapStatistics } from 'node:v8'

/** How many bytes the heap of this process may grow to. Above it the process dies. */
export function heapLimitBytes(): number {
  return getHeapStatistics().heap_size_limit
}
