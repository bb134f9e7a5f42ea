import { randomUUID } from 'node:crypto'
import type { LogEntry, PublisherLog } from '../../components/break-it/verdict.ts'

/** So many entries are kept: an hour at two a second. */
const keptEntries = 8_000

/** What the publisher writes down of its own: the readers are counted against it. */
export interface WrittenLog {
  /** Writes down what `publish` does, once it is done, under the number it got. */
  write(publish: () => Promise<number>, cell: number, colour: number): Promise<void>
  /** What was written after a number, once everything that is under way is written. */
  readAfter(offset: number): Promise<PublisherLog>
}

/** Makes an empty log. */
export function createPublisherLog(): WrittenLog {
  const life = randomUUID()
  const entries: LogEntry[] = []
  const underWay = new Set<Promise<void>>()
  return {
    write(publish, cell, colour) {
      const written = publish().then((offset) => {
        entries.push([offset, cell, colour])
        if (entries.length > keptEntries) entries.shift()
      })
      underWay.add(written)
      const done = () => underWay.delete(written)
      written.then(done, done)
      return written
    },
    async readAfter(offset) {
      await Promise.allSettled(underWay)
      const after = entries.filter((entry) => entry[0] > offset).sort((a, b) => a[0] - b[0])
      return { life, head: Math.max(0, ...entries.slice(-64).map(([number]) => number)), entries: after }
    },
  }
}
