import type { Log } from '@baro/core'
import { describeError } from '../observe/describe-error.ts'

/**
 * Calls the hooks of an application, such as `joined` and `left`. An exception in a hook is logged and goes no further.
 */
export class Hooks {
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  run<Context>(hook: ((context: Context) => unknown) | undefined, context: Context): void {
    if (!hook) return
    Promise.resolve()
      .then(() => hook(context))
      .catch((error) =>
        this.#log.error({ code: 'handler-failed' }, `A hook of the application threw: ${describeError(error)}`),
      )
  }
}
