import { inspect } from 'node:util'

/** A thrown value as text for the log, with its stack and its causes. It never throws. */
export function describeError(error: unknown): string {
  try {
    return inspect(error)
  } catch {
    return 'something that cannot even be shown'
  }
}
