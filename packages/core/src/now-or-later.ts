/**
 * A result that is here already, or will be. A small room sees a publication as soon as nobody has to be waited for:
 * each step that waits for nothing, and takes a turn of the queue of promises all the same, makes it later and dearer.
 */
export type NowOrLater<T> = T | Promise<T>

/** Whether a value has to be waited for: a promise, also of another library or another realm. */
export function isLater<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === 'function'
}

/** Goes on with a result: at once if it is here. What `next` throws is thrown, or rejects what is returned. */
export function whenHere<T, R>(result: NowOrLater<T>, next: (result: T) => NowOrLater<R>): NowOrLater<R> {
  return isLater(result) ? Promise.resolve(result).then(next) : next(result)
}

/** What `run` comes to; if it throws or rejects, what `instead` makes of the error. */
export function orElse<T>(run: () => NowOrLater<T>, instead: (error: unknown) => NowOrLater<T>): NowOrLater<T> {
  try {
    const result = run()
    return isLater(result) ? Promise.resolve(result).catch(instead) : result
  } catch (error) {
    return instead(error)
  }
}
