import type { BaroError, ErrorCode } from '@baro/core'
import { parseChannelName } from '@baro/core/protocol'

/** What is told of an error. */
export interface ToldError {
  readonly code: ErrorCode
  readonly message: string
  /** Only what could be the name of a channel. */
  readonly channel: string | undefined
}

/** Errors about what a client has sent quote it, and it may be private. Of these, only what is wrong is told. */
const generalSentences: Partial<Record<ErrorCode, string>> = {
  'bad-message': 'It sent a message that could not be read.',
  'unknown-message': 'It sent a message of a type that this version does not know.',
  'bad-name': 'It named a channel by a name that no channel can have.',
  'bad-position': 'It came with a position that could not be read.',
  'bad-id': 'It sent a publish with an id that no publish can have.',
  'invalid-payload': 'It sent a payload that the schema of its type refuses.',
  'too-large': 'It sent a message that is longer than the limit.',
}

/** An error as observers, the journal and the log are told of it: without anything that a client chose to send. */
export function toldError(error: BaroError, channel?: string): ToldError {
  const { code, message } = error
  return { code, message: generalSentences[code] ?? message, channel: isName(channel) ? channel : undefined }
}

function isName(text: string | undefined): boolean {
  return text !== undefined && parseChannelName(text).ok
}
