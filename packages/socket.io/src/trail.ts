/**
 * What a client was sent, in order, so that it can be told exactly what it has: a connection keeps the order, so who got
 * one message got all that were sent before. The client gives back the last mark that it saw. From it follows where it
 * stands in each of its channels: the vector of positions that recovery continues from.
 *
 *   base of each channel ── step ── step ── step ── …      `received` moves the base; `at(mark)` looks back from a step
 */
import type { AtPosition } from '@baro/core/protocol'

/** One message of a channel that was sent. The object is shared by all whom it was sent to. */
export interface Step {
  readonly channel: string
  /** Where it leads. */
  readonly position: AtPosition
  /** What the client gives back. It is opaque to the client, and unguessable only with the id of its publication. */
  readonly mark: string
}

interface Base {
  readonly position: AtPosition
  /** Steps up to this one are in it. */
  readonly step: number
}

/** A trail as it is kept while its client is away. */
export interface KeptTrail {
  readonly steps: readonly Step[]
  readonly first: number
  readonly isWhole: boolean
  readonly bases: readonly (readonly [string, Base])[]
}

/** The mark of a client that has seen no message of a channel. */
export const startMark = '-'

/** Steps that are remembered. A client that lacks more of them begins again. */
const maxSteps = 1_000

export class Trail {
  /** The number of the first step. */
  #first = 1
  #steps: Step[] = []
  readonly #bases = new Map<string, Base>()
  /** Whether nothing was forgotten, so that a client without a mark can be told apart. */
  #isWhole = true

  static from({ steps, first, isWhole, bases }: KeptTrail): Trail {
    const trail = new Trail()
    trail.#steps = [...steps]
    trail.#first = first
    trail.#isWhole = isWhole
    for (const [channel, base] of bases) trail.#bases.set(channel, base)
    return trail
  }

  /** The trail of a client that has come back, and was sent nothing yet. */
  static continuing(positions: ReadonlyMap<string, AtPosition>, last: Step | undefined): Trail {
    const trail = new Trail()
    if (last) trail.sent(last)
    for (const [channel, position] of positions) trail.joined(channel, position)
    trail.#isWhole = last === undefined
    return trail
  }

  /** The number of the newest step. */
  get last(): number {
    return this.#first + this.#steps.length - 1
  }

  /** What the client gives back if it has got everything. */
  get mark(): string {
    return this.#steps.at(-1)?.mark ?? startMark
  }

  /** The client follows a channel from a position on. */
  joined(channel: string, position: AtPosition): void {
    this.#bases.set(channel, { position, step: this.last })
  }

  /** The client follows a channel no longer. */
  left(channel: string): void {
    this.#bases.delete(channel)
  }

  sent(step: Step): void {
    this.#steps.push(step)
    if (this.#steps.length > maxSteps) this.received(this.#first + maxSteps / 2)
  }

  /** The client has got everything up to this step. The step itself stays: its mark may be given back. */
  received(number: number): void {
    const count = Math.min(number, this.last) - this.#first
    if (count <= 0) return
    for (const [index, { channel, position }] of this.#steps.slice(0, count + 1).entries()) {
      const base = this.#bases.get(channel)
      if (base && base.step < this.#first + index) this.#bases.set(channel, { position, step: this.#first + index })
    }
    this.#steps.splice(0, count)
    this.#first += count
    this.#isWhole = false
  }

  /**
   * Where a client stands that gives back this mark, and the step it is of; `undefined` if nobody knows. A client that was
   * sent nothing with a mark gives back none.
   */
  at(
    mark: string | undefined,
  ): { readonly positions: ReadonlyMap<string, AtPosition>; readonly last: Step | undefined } | undefined {
    const isStart = mark === undefined || mark === startMark
    if (isStart && !this.#isWhole) return undefined
    const index = isStart ? -1 : this.#steps.findLastIndex((step) => step.mark === mark)
    if (!isStart && index < 0) return undefined
    const positions = new Map<string, AtPosition>()
    for (const [channel, { position }] of this.#bases) positions.set(channel, position)
    for (let at = 0; at <= index; at++) {
      const step = this.#steps[at] as Step
      const base = this.#bases.get(step.channel)
      if (base && base.step < this.#first + at) positions.set(step.channel, step.position)
    }
    return { positions, last: this.#steps[index] }
  }

  kept(): KeptTrail {
    return { steps: this.#steps, first: this.#first, isWhole: this.#isWhole, bases: [...this.#bases] }
  }
}
