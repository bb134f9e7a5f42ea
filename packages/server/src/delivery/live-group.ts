import type { Signal } from '@baro/core'
import type { AtPosition } from '@baro/core/protocol'
import type { Batch } from './batch.ts'
import type { Dialect } from './dialect.ts'
import { madeOnce } from './made-once.ts'

/** A live reader. It gets bytes, messages, or the batch itself, as its dialect says. */
export interface LiveReader<Said = unknown, SaidSignal = Said> {
  readonly dialect: Dialect<Said, SaidSignal>
  /** Takes a batch that follows what it has; `said` is what its dialect made of the batch. */
  deliver(said: Said, batch: Batch): void
  /** Takes what its dialect made of a signal. */
  signal(said: SaidSignal): void
  /** The stream is in another life now. The reader has everything of the old one up to this position. */
  stale(position: AtPosition): void
}

/** The readers of one channel on this node that all stand at its head, grouped by their dialects. */
export class LiveGroup {
  // Each set holds only readers of its dialect. The types cannot say that.
  readonly #readers = new Map<Dialect<unknown>, Set<LiveReader>>()

  join(reader: LiveReader): void {
    const readers = this.#readers.get(reader.dialect)
    if (readers) readers.add(reader)
    else this.#readers.set(reader.dialect, new Set([reader]))
  }

  leave(reader: LiveReader): void {
    const readers = this.#readers.get(reader.dialect)
    if (readers?.delete(reader) && readers.size === 0) this.#readers.delete(reader.dialect)
  }

  /**
   * Hands a batch to all readers, encoded once for each dialect. Where a dialect says nothing, its readers miss
   * nothing.
   */
  deliver(batch: Batch): void {
    for (const [dialect, readers] of this.#readers) {
      const said = madeOnce(batch, dialect.encode)
      if (said !== undefined) for (const reader of readers) reader.deliver(said, batch)
    }
  }

  /** Hands a signal to all readers whose dialect says signals, encoded once for each dialect. */
  signal(signal: Signal): void {
    for (const [dialect, readers] of this.#readers) {
      const said = dialect.encodeSignal(signal)
      if (said !== undefined) for (const reader of readers) reader.signal(said)
    }
  }

  /** Removes all readers, and returns them. */
  dissolve(): readonly LiveReader[] {
    const all = [...this.#readers.values()].flatMap((readers) => [...readers])
    this.#readers.clear()
    return all
  }
}
