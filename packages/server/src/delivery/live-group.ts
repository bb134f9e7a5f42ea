import type { AtPosition, Signal } from '@baro/core'
import type { Batch } from './batch.ts'
import type { Dialect } from './dialect.ts'
import { madeOnce } from './made-once.ts'

/** A reader that gets what happens: bytes, messages, or the batch itself, as its dialect says. */
export interface LiveReader<Said = unknown, SaidSignal = Said> {
  readonly dialect: Dialect<Said, SaidSignal>
  /** Takes a batch that follows what it has, as its dialect says it. */
  deliver(said: Said, batch: Batch): void
  /** Takes a signal, as its dialect says it. */
  signal(said: SaidSignal): void
  /** The stream is no longer the one it read; it has everything up to the position. */
  stale(position: AtPosition): void
}

/** The readers of one channel on this node that all stand at its head, grouped by their dialects. */
export class LiveGroup {
  // A set holds readers of its dialect only, which the types cannot say.
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

  /** Hands a batch to everybody, said once in each dialect; where it says nothing, its readers have missed nothing. */
  deliver(batch: Batch): void {
    for (const [dialect, readers] of this.#readers) {
      const said = madeOnce(batch, dialect.encode)
      if (said !== undefined) for (const reader of readers) reader.deliver(said, batch)
    }
  }

  /** Hands a signal to everybody whose dialect has a place for it, said once in each. */
  signal(signal: Signal): void {
    for (const [dialect, readers] of this.#readers) {
      const said = dialect.encodeSignal(signal)
      if (said !== undefined) for (const reader of readers) reader.signal(said)
    }
  }

  /** Lets everybody go, and returns who was here. */
  dissolve(): readonly LiveReader[] {
    const all = [...this.#readers.values()].flatMap((readers) => [...readers])
    this.#readers.clear()
    return all
  }
}
