import {
  anyFunction,
  anyText,
  listOf,
  milliseconds,
  type OptionRule,
  type OptionRules,
  objectWith,
  oneOf,
  optionsInside,
  required,
  whole,
  yesOrNo,
} from '@baro/core/protocol'
import { type HubObserver, hubEventNames } from '../observe/hub-events.ts'
import { languages } from '../observe/telling.ts'
import { policyRules } from '../page-cache/page-policy.ts'
import { limitRules } from '../ports/limits.ts'
import { renewalMs } from '../presence/attendance.ts'
import type { Redacting } from '../publish/redactor.ts'
import type { WhyAsked } from './answer-why.ts'
import type { Hub, HubOptions } from './hub.ts'

const thresholdRules: OptionRules<Exclude<HubOptions['compression'], false | undefined>> = {
  thresholdBytes: whole('bytes'),
}
const threshold = optionsInside(thresholdRules)

const compression: OptionRule = {
  ...threshold,
  what: 'false, or { thresholdBytes }',
  accepts: (value) => value === false || threshold.accepts(value),
}

const channelDefinitions: OptionRule = {
  what: 'a list of what channel() returned',
  accepts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'function' && 'pattern' in one),
}

/** What the options of `createHub` must be. */
export const hubOptionRules: OptionRules<HubOptions> = {
  channels: required(channelDefinitions),
  broker: objectWith('append', 'read', 'follow'),
  database: objectWith('open'),
  pageStore: objectWith('read', 'write', 'marksOf'),
  pagePolicy: optionsInside(policyRules),
  auth: anyFunction,
  keys: {
    what: 'a list of server keys, or a function that finds one by its name',
    accepts: (value) => Array.isArray(value) || typeof value === 'function',
  },
  origins: listOf('origins'),
  trustProxy: whole('how many proxies stand in front of the hub'),
  development: yesOrNo,
  path: anyText,
  compression,
  limits: optionsInside(limitRules),
  heartbeatIntervalMs: milliseconds(),
  publishWindowMs: milliseconds(),
  leaveAfterMs: milliseconds(0),
  memberLeaseMs: {
    what: `milliseconds above ${renewalMs}, because a node renews its lease so often`,
    accepts: (value) => typeof value === 'number' && Number.isFinite(value) && value > renewalMs,
  },
  maxJournalBytes: whole('bytes'),
  log: objectWith('info', 'warn', 'error'),
  clock: objectWith('now', 'elapsed', 'after', 'soon', 'afterwards', 'turn'),
  randomness: objectWith('fraction', 'bytes'),
}

/** What the view of `hub.serve` must be. */
export const viewRules: OptionRules<NonNullable<Parameters<Hub['serve']>[1]>> = {
  view: oneOf('publication', 'payload', 'state'),
  waitMs: milliseconds(0),
  live: oneOf('sse'),
}

/** What the view of `hub.serveSockets` must be. */
export const socketViewRules: OptionRules<NonNullable<Parameters<Hub['serveSockets']>[2]>> = {
  view: oneOf('publication', 'payload'),
}

/** What the options of `hub.drain` must be. */
export const drainRules: OptionRules<NonNullable<Parameters<Hub['drain']>[0]>> = {
  spreadMs: milliseconds(0),
  timeoutMs: milliseconds(0),
}

/** What the options of `hub.redact` must be. */
export const redactRules: OptionRules<Redacting> = { reason: anyText, by: anyText }

/** What an observer must be. */
export const observerRules = Object.fromEntries(
  hubEventNames.map((name) => [name, anyFunction]),
) as unknown as OptionRules<HubObserver>

/** What `hub.why` must be asked. */
export const whyRules: OptionRules<WhyAsked> = {
  user: anyText,
  session: anyText,
  channel: {
    what: 'a reference, as room({ id }) makes it',
    accepts: (value) => typeof (value as { readonly channel?: unknown } | null)?.channel === 'string',
  },
  publication: {
    what: 'the id of a publication, or its offset',
    accepts: (value) => typeof value === 'string' || (Number.isSafeInteger(value) && (value as number) > 0),
  },
  language: oneOf(...languages),
}
