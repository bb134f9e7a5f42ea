import {
  anyFunction,
  anyText,
  milliseconds,
  type OptionRule,
  type OptionRules,
  objectWith,
  optionsInside,
  wholeOrUnbounded,
} from '@baro/core/protocol'
import type { Backoff } from '../machine/backoff.ts'
import type { Rung } from '../ports/transport.ts'
import { hubUrl } from '../transports/connect-url.ts'
import type { ClientOptions } from './create-client.ts'
import type { LadderClientOptions } from './ladder-client.ts'

const url: OptionRule = {
  what: 'a "/path" of the page, or "https://host/path", with no "?" and no "#"',
  accepts: (value) => anyText.accepts(value) && hubUrl.test((value as string).replace(/^ws/, 'http')),
}

const token: OptionRule = {
  what: 'a token as text, or a function that gives one',
  accepts: (value) => anyText.accepts(value) || anyFunction.accepts(value),
}

const wait = milliseconds()

/** Milliseconds, or for ever. */
export const waitOrUnbounded: OptionRule = {
  what: `${wait.what}, or Infinity`,
  accepts: (value) => value === Number.POSITIVE_INFINITY || wait.accepts(value),
}

const backoffRules: OptionRules<Backoff> = { baseMs: wait, maxMs: wait }

const known: readonly unknown[] = ['websocket', 'sse', 'long-poll', 'poll'] satisfies readonly Rung[]

const rungs: OptionRule = {
  what: `a list of some of ${known.map((rung) => `"${rung}"`).join(', ')}`,
  accepts: (value) => Array.isArray(value) && value.length > 0 && value.every((rung) => known.includes(rung)),
}

/** What the options of a client must be, over whatever transport. */
export const clientOptionRules: OptionRules<ClientOptions> = {
  url,
  token,
  transport: objectWith('open'),
  maxAttempts: wholeOrUnbounded('tries in a row', 1),
  backoff: optionsInside(backoffRules),
  lingerMs: milliseconds(0),
  handshakeTimeoutMs: wait,
  requestTimeoutMs: waitOrUnbounded,
  maxOutboxBytes: wholeOrUnbounded('bytes'),
  wake: objectWith('listen'),
  reload: anyFunction,
  log: objectWith('info', 'warn', 'error'),
  clock: objectWith('now', 'elapsed', 'after'),
  randomness: objectWith('fraction', 'bytes'),
}

/** The same, of a client with all its rungs. */
export const ladderClientOptionRules: OptionRules<LadderClientOptions> = { ...clientOptionRules, rungs }
