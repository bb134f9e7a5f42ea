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
import type { Principal } from '../access/principal.ts'
import type { SignalOptions } from '../channel/handlers.ts'
import { type HubObserver, hubEventNames } from '../observe/hub-events.ts'
import { languages } from '../observe/telling.ts'
import { policyRules } from '../page-cache/page-policy.ts'
import type { ParticipantOptions } from '../participant/participant.ts'
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

/** Whoever publishes, mutes or ends something by it checks what it holds. */
const checkedLater: OptionRule = { what: 'a value', accepts: () => true }

/** What the options of `hub.publish` must be. */
export const publishRules: OptionRules<NonNullable<Parameters<Hub['publish']>[3]>> = { id: anyText }

/** What the options of `hub.signal` must be: a `to` with a typo would send to everybody. */
export const signalRules: OptionRules<SignalOptions> = { to: anyText, key: anyText }

/** What `hub.mute` takes. */
export const muteRules: OptionRules<Parameters<Hub['mute']>[1]> = {
  ...{ user: checkedLater, guests: checkedLater, untilMs: checkedLater, reason: checkedLater },
  by: anyText,
}

/** What `hub.disconnect` takes. */
export const disconnectRules: OptionRules<Parameters<Hub['disconnect']>[0]> = { user: checkedLater }

/** What `hub.revoke` takes: a `channel` with a typo would end all that a user follows. */
export const revokeRules: OptionRules<Parameters<Hub['revoke']>[0]> = { user: checkedLater, channel: checkedLater }

const identity: OptionRule = {
  what: 'a user: { id: "ada" }',
  accepts: (value) => {
    const { id } = Object(value) as { readonly id?: unknown }
    return typeof id === 'string' && id !== ''
  },
}

/** For whom a participant acts: a user with a typo would be a guest. */
export const principalRules: OptionRules<Principal> = {
  user: identity,
  key: checkedLater,
  guest: anyText,
  address: anyText,
  session: anyText,
  rung: anyText,
  alias: anyText,
  staysMs: milliseconds(0),
}

/** What a participant is told of itself. */
export const participantRules: OptionRules<ParticipantOptions> = {
  ended: anyFunction,
  over: anyFunction,
  claimsLost: anyFunction,
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
