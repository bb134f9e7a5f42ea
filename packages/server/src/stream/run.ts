/**
 * Whole frames one after the other, on their way to a socket. Runs never change, and sockets that get the same frames
 * hold the same run: for ten thousand of them a frame makes one run, and what they hold is joined once.
 */
export class Run {
  /** In bytes. */
  readonly length: number
  readonly #before: Run | undefined
  readonly #frame: Uint8Array
  /** The run made last from this one: whoever adds the same frame next gets the same run. */
  #next: Run | undefined
  #joined: Uint8Array | undefined

  constructor(before?: Run, frame: Uint8Array = new Uint8Array(0)) {
    this.length = (before?.length ?? 0) + frame.length
    this.#before = before
    this.#frame = frame
  }

  /** This run and one more frame. */
  and(frame: Uint8Array): Run {
    let next = this.#next
    if (!next || next.#frame !== frame) {
      next = new Run(this, frame)
      this.#next = next
    }
    return next
  }

  /** All of it in one piece. */
  get bytes(): Uint8Array {
    this.#joined ??= this.length === this.#frame.length ? this.#frame : Buffer.concat(this.#frames())
    return this.#joined
  }

  #frames(): readonly Uint8Array[] {
    const frames: Uint8Array[] = []
    for (let run: Run | undefined = this; run; run = run.#before) frames.push(run.#frame)
    return frames.reverse()
  }
}
