import { BaroError } from '@baro/core'
import { ClientClosedError, ClientOfflineError, ErrorReply, RootNodesUnavailableError } from '@redis/client'

/** What became of a command that failed. */
export type Failure =
  /** It has not happened, and may soon: it is sent again. */
  | 'not-yet'
  /** It has not happened, and somebody has to do something first. */
  | 'refused'
  /** The script is not loaded on that server. */
  | 'no-script'
  /** A part of what was kept is lost. */
  | 'lost'
  /** Nobody knows. */
  | 'unknown'

const passing = /^(LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|READONLY|NOREPLICAS|BUSY|MOVED|ASK)\b/
/** Who says so is a replica now. Another server takes the writes, and this one would refuse them for ever. */
const isDemoted = /^(READONLY|MASTERDOWN)\b/
// An operator can kill a script only before it has written anything.
const isKilled = /Script killed by user/
const isConnecting = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH/

/** What became of a command, by the error that it came back with. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ErrorReply) {
    const { message } = error
    if (message.startsWith('NOSCRIPT')) return 'no-script'
    if (message.includes('BAROLOST')) return 'lost'
    return passing.test(message) || isKilled.test(message) ? 'not-yet' : 'refused'
  }
  if (error instanceof ClientOfflineError || error instanceof RootNodesUnavailableError) return 'not-yet'
  if (error instanceof ClientClosedError) return 'not-yet'
  return isConnecting.test(String((error as { code?: unknown })?.code ?? '')) ? 'not-yet' : 'unknown'
}

/** Whether it came from a server that takes no writes any more. */
export function isFromReplica(error: unknown): boolean {
  return error instanceof ErrorReply && isDemoted.test(error.message)
}

/** What whoever called is told. */
export function errorOf(failure: Failure, error: unknown): BaroError {
  const { message } = error as Error
  const isFull = message.startsWith('OOM')
  const what = isFull
    ? 'Redis is full. Give it more memory (`maxmemory`), or keep less history.'
    : failure === 'refused'
      ? `Redis refused: ${message}`
      : `The connection to Redis ended before it answered: ${message}`
  return new BaroError('unavailable', what, { cause: error })
}
