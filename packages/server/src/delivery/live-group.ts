import type { Signal } from '@baro/core'
import type { AtPosition } from '@baro/core/protocol'
import { Batch } from './batch.ts'
import type { Dialect } from './dialect.ts'
import { madeOnce } from './made-once.ts'

/**
 * A live reader. It gets bytes, messages, or the batch itself, as its dialect says. Its functions must not throw: the readers
 * after it would miss what it was told (I2).
 */
export interface LiveReader<Said = unknown, SaidSignal = Said> {
  readonly dialect: Dialect<Said, SaidSignal>
  /** Takes a batch that follows what it has; `said` is what its dialect made of the batch. */
  deliver(said: Said, batch: Batch): void
  /** The user who reads. It may change. */
  readonly user?: string | undefined
  /** Takes what its dialect made of signals. `isPassing`: newer ones will take their place. */
  signal(said: SaidSignal, isPassing: boolean): void
  /** The stream is in another life now. The reader has everything of the old one up to this position. */
  stale(position: AtPosition): void
}

/**
 * The readers of one channel on this node that all stand at its head, grouped by their dialects. While a batch is handed
 * on, its readers may publish, and others may join: both wait in one line, because a reader that joins has the batches before
 * it, and needs those after it (I1, I2).
 */
export class LiveGroup {
  // Each set holds only readers of its dialect. The types cannot say that.
  readonly #readers = new Map<Dialect<unknown>, Set<LiveReader>>()
  #isHandingOn = false
  /** What waits until the batch before it is handed on, in order. */
  readonly #line: (Batch | LiveReader)[] = []

  /** How many there are. */
  get size(): number {
    let size = 0
    for (const readers of this.#readers.values()) size += readers.size
    return size
  }

  join(reader: LiveReader): void {
    if (this.#isHandingOn) this.#line.push(reader)
    else this.#add(reader)
  }

  #add(reader: LiveReader): void {
    const readers = this.#readers.get(reader.dialect)
    if (readers) readers.add(reader)
    else this.#readers.set(reader.dialect, new Set([reader]))
  }

  leave(reader: LiveReader): void {
    const place = this.#line.length === 0 ? -1 : this.#line.indexOf(reader)
    if (place >= 0) this.#line.splice(place, 1)
    const readers = this.#readers.get(reader.dialect)
    if (readers?.delete(reader) && readers.size === 0) this.#readers.delete(reader.dialect)
  }

  /**
   * Hands a batch to all readers, encoded once for each dialect. Where a dialect says nothing, its readers miss
   * nothing.
   */
  deliver(batch: Batch): void {
    if (this.#isHandingOn) this.#line.push(batch)
    else this.#handOn(batch)
  }

  #handOn(batch: Batch): void {
    this.#isHandingOn = true
    try {
      this.#say(batch)
    } finally {
      // Also if a dialect threw: whoever waits in the line must not be forgotten.
      this.#isHandingOn = false
      this.#letIn()
    }
  }

  /** Lets in who waits, up to the next batch, which lets in the others when it is handed on. */
  #letIn(): void {
    for (let next = this.#line.shift(); next !== undefined; next = this.#line.shift()) {
      if (next instanceof Batch) return this.#handOn(next)
      this.#add(next)
    }
  }

  #say(batch: Batch): void {
    for (const [dialect, readers] of this.#readers) {
      const said = madeOnce(batch, dialect.encode)
      if (said !== undefined) for (const reader of readers) reader.deliver(said, batch)
    }
  }

  /**
   * Hands signals to all readers whose dialect says signals, encoded once for each dialect, or to those of one user. Whole
   * frames one after the other are one piece of bytes for all.
   */
  signal(signals: readonly Signal[]): void {
    const forAll = signals.filter(({ to }) => to === undefined)
    for (const [dialect, readers] of this.#readers) {
      const isPassing = signals[0]?.key !== undefined
      for (const said of inOnePiece(forAll.flatMap((signal) => dialect.encodeSignal(signal) ?? [])))
        for (const reader of readers) reader.signal(said, isPassing)
      for (const signal of signals) if (signal.to !== undefined) signalOne(dialect, readers, signal)
    }
  }

  /** Removes all readers, and returns them. */
  dissolve(): readonly LiveReader[] {
    const all = [...this.#readers.values()].flatMap((readers) => [...readers])
    this.#readers.clear()
    return all
  }
}

function signalOne(dialect: Dialect<unknown>, readers: ReadonlySet<LiveReader>, signal: Signal): void {
  const mine = [...readers].filter(({ user }) => user === signal.to)
  const said = mine.length === 0 ? undefined : dialect.encodeSignal(signal)
  if (said !== undefined) for (const reader of mine) reader.signal(said, signal.key !== undefined)
}

function inOnePiece(said: readonly unknown[]): readonly unknown[] {
  if (said.length < 2 || !said.every((one) => one instanceof Uint8Array)) return said
  return [Buffer.concat(said as readonly Uint8Array[])]
}
