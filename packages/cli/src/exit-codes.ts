import { BaroError, errorCodes } from '@baro/core'

/** What the command ends with, for scripts. A closed table. */
export const exitCodes = {
  /** It is done. */
  done: 0,
  /** It looked, and found something wrong: a check of `doctor`, a loss in `bench`, a file that `init` leaves, nobody whom `why` knows. */
  found: 1,
  /** The command is wrong, or what was asked for is not there. */
  wrong: 2,
  /** The hub does not let this key or token do it. */
  refused: 3,
  /** Not now: nobody answers, or too much was asked. The same may work later. */
  later: 4,
  /** The hub, or code of its application, failed; or nobody knows what came of it. */
  failed: 5,
  /** A bug of this command. */
  bug: 70,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** What an error means for a script. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof BaroError)) return exitCodes.bug
  const { status } = errorCodes[error.code]
  if (error.retry) return exitCodes.later
  if (status === 401 || status === 403) return exitCodes.refused
  // The command was right, and sent once more it could do the same twice.
  if (error.code === 'unknown-outcome') return exitCodes.failed
  return status < 500 ? exitCodes.wrong : exitCodes.failed
}
