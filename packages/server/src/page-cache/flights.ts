/** A render that runs. */
export interface Flight<T> {
  /** What comes of it. */
  readonly came: Promise<T>
  /** Resolves when what came of it is kept too. */
  readonly landed: Promise<void>
}

/** The renders that run, at most one for each page: many who ask in one moment wait for the same. */
export class Flights<T> {
  readonly #running = new Map<string, Flight<T>>()

  /** The render of a page that runs. */
  of(key: string): Flight<T> | undefined {
    return this.#running.get(key)
  }

  /** The render of a page that runs, or one that begins now and tells what comes of it. It runs until it has settled. */
  join(key: string, begin: (tell: (came: T) => void) => Promise<void>): Flight<T> {
    const running = this.#running.get(key)
    if (running) return running
    let landed: Promise<void> = Promise.resolve()
    const came = new Promise<T>((tell) => {
      // What comes of it is told before it is kept; until then nobody begins another.
      landed = begin(tell).finally(() => this.#running.delete(key))
    })
    const flight = { came, landed }
    this.#running.set(key, flight)
    return flight
  }
}
