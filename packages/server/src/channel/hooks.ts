import type { Log } from '@baro/core'
import { describeError } from '../observe/describe-error.ts'

/** Calls the hooks of an application (`joined`, `left` and their like), so that an exception in one hurts nobody. */
export class Hooks {
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  run<Context>(hook: ((context: Context) => unknown) | undefined, context: Context): void {
    if (!hook) return
    Promise.resolve()
      .then(() => hook(context))
      .catch((error) => this.#log.error(`A hook of the application threw: ${describeError(error)}`))
  }
}
