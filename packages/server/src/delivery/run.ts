const nothing = new Uint8Array(0)

/**
 * Frames, and pieces of frames, in the order in which they go to a socket. A run never changes, and sockets that get
 * the same frames hold the same run. So for ten thousand sockets a frame makes one run, and its bytes are joined once.
 *
 * A piece that stands apart is never joined to its neighbours, because only one socket gets those. Joining would copy
 * the piece for each socket, and a thousand slow readers would hold a thousand copies of what they missed.
 */
export class Run {
  /** In bytes. */
  readonly length: number
  readonly #before: Run | undefined
  readonly #bytes: Uint8Array
  readonly #isApart: boolean
  /** The channel that the bytes tell of; left out of what must arrive. */
  readonly #channel: string | undefined
  /** The run that was made last from this one. The next socket that adds the same piece gets the same run. */
  #next: Run | undefined
  #joined: readonly Uint8Array[] | undefined

  constructor(before?: Run, bytes: Uint8Array = nothing, isApart = false, channel?: string) {
    this.length = (before?.length ?? 0) + bytes.length
    this.#before = before
    this.#bytes = bytes
    this.#isApart = isApart
    this.#channel = channel
  }

  /** This run and one more frame, or piece of one. */
  and(bytes: Uint8Array, isApart = false, channel?: string): Run {
    let next = this.#next
    if (!next || next.#bytes !== bytes) {
      next = new Run(this, bytes, isApart, channel)
      this.#next = next
    }
    return next
  }

  /** This run without what it tells of a channel, or of all (I8). What must arrive stays. */
  without(channel: string | undefined): Run {
    const kept: Run[] = []
    for (let run: Run | undefined = this; run; run = run.#before)
      if (run.#channel === undefined || (channel !== undefined && run.#channel !== channel)) kept.push(run)
    return kept.reduceRight((before, run) => before.and(run.#bytes, run.#isApart, run.#channel), new Run())
  }

  /** The bytes of the run, in as few pieces as possible. */
  get pieces(): readonly Uint8Array[] {
    this.#joined ??= this.#join()
    return this.#joined
  }

  #join(): readonly Uint8Array[] {
    const pieces: Uint8Array[] = []
    let neighbours: Uint8Array[] = []
    const end = (): void => {
      const [first] = neighbours
      if (first) pieces.push(neighbours.length > 1 ? Buffer.concat(neighbours.reverse()) : first)
      neighbours = []
    }
    for (let run: Run | undefined = this; run; run = run.#before) {
      if (run.#isApart) {
        end()
        pieces.push(run.#bytes)
      } else if (run.#bytes.length > 0) neighbours.push(run.#bytes)
    }
    end()
    return pieces.length > 1 ? pieces.reverse() : pieces
  }
}
