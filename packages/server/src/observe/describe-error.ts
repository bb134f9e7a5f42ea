import { inspect } from 'node:util'

/** Whatever was thrown, as text for the log: with its stack and its causes, and without ever throwing itself. */
export function describeError(error: unknown): string {
  try {
    return inspect(error)
  } catch {
    return 'something that cannot even be shown'
  }
}
