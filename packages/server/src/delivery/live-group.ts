import type { AtPosition, Signal } from '@baro/core'
import type { Batch } from './batch.ts'
import type { Form } from './form.ts'

/** A reader that gets what happens. */
export interface LiveReader {
  readonly form: Form
  /** Takes the bytes of a batch that follows what it has. */
  deliver(bytes: Uint8Array, batch: Batch): void
  /** Takes the bytes of a signal. */
  signal(bytes: Uint8Array): void
  /** The stream is no longer the one it read; it has everything up to the position. */
  stale(position: AtPosition): void
}

/** The readers of one channel on this node that all stand at its head, grouped by what their deliveries look like. */
export class LiveGroup {
  readonly #readers = new Map<Form, Set<LiveReader>>()

  join(reader: LiveReader): void {
    const readers = this.#readers.get(reader.form)
    if (readers) readers.add(reader)
    else this.#readers.set(reader.form, new Set([reader]))
  }

  leave(reader: LiveReader): void {
    const readers = this.#readers.get(reader.form)
    if (readers?.delete(reader) && readers.size === 0) this.#readers.delete(reader.form)
  }

  /** Hands a batch to everybody, encoded once for each form. */
  deliver(batch: Batch): void {
    for (const [form, readers] of this.#readers) {
      const bytes = form.encode(batch)
      for (const reader of readers) reader.deliver(bytes, batch)
    }
  }

  /** Hands a signal to everybody whose form has a place for it, encoded once for each form. */
  signal(signal: Signal): void {
    for (const [form, readers] of this.#readers) {
      const bytes = form.encodeSignal(signal)
      if (bytes) for (const reader of readers) reader.signal(bytes)
    }
  }

  /** Lets everybody go, and returns who was here. */
  dissolve(): readonly LiveReader[] {
    const all = [...this.#readers.values()].flatMap((readers) => [...readers])
    this.#readers.clear()
    return all
  }
}
