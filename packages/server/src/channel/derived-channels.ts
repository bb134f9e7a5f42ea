/** The channels that stand beside others: who is here, to be here, what moderators did. A rule of their owner allows them. */
import {
  type AnyChannel,
  auditChannel,
  type Json,
  type MembersPage,
  type MembersPageAsked,
  type MuteAsked,
  type RedactAsked,
  type Schema,
} from '@baro/core'
import { type DerivedKind, derivedName, hereChannel, membersChannel, ownerOf } from '@baro/core/protocol'
import type { AnyHandlers, Identity } from './handlers.ts'
import type { Resolved } from './registry.ts'

/** Finds some of the members of a set. */
export type PageOf = (set: string, asked: MembersPageAsked & { readonly limit: number }) => unknown

/** What the requests of derived channels lead to. */
export interface DerivedWork {
  readonly pageOf: PageOf
  redact(owner: Resolved, what: string | number, how: { reason?: string | undefined; by?: string | undefined }): unknown
  mute(owner: Resolved, asked: MuteAsked, by: string | undefined): Promise<void>
}

/** Most members in an answer: as many as a room that lists them may have. */
const mostMembers = 500
const fewMembers = 100

const asked: Schema<MembersPageAsked, { after?: string; limit: number }> = {
  '~standard': {
    version: 1,
    vendor: 'baro',
    validate(value) {
      const { after, limit = fewMembers } = Object(value) as MembersPageAsked
      const isPage =
        (after === undefined || typeof after === 'string') &&
        Number.isSafeInteger(limit) &&
        limit >= 1 &&
        limit <= mostMembers
      if (!isPage)
        return { issues: [{ message: `ask for { after?: the id of a member, limit?: 1 to ${mostMembers} }` }] }
      return { value: { limit, ...(after !== undefined && { after }) } }
    },
  },
}

const page: Schema<MembersPage> = {
  '~standard': { version: 1, vendor: 'baro', validate: (value) => ({ value: value as MembersPage }) },
}

// A definition is called to make a reference, so it is a function with properties.
const members: AnyChannel = Object.assign((owner: { channel: string }) => membersChannel(owner as never), {
  ...membersChannel,
  requests: { page: { input: asked, output: page } },
}) as unknown as AnyChannel

/** Checked where it is done: `hub.redact` and `hub.mute` get the same. */
const anObject: Schema<object> = {
  '~standard': {
    version: 1,
    vendor: 'baro',
    validate: (value) =>
      typeof value === 'object' && value !== null ? { value } : { issues: [{ message: 'ask by an object' }] },
  },
}

const anything: Schema<Json> = {
  '~standard': { version: 1, vendor: 'baro', validate: (value) => ({ value: value as Json }) },
}

const auditing: AnyChannel = Object.assign((owner: { channel: string }) => auditChannel(owner as never), {
  ...auditChannel,
  requests: { redact: { input: anObject, output: anything }, mute: { input: anObject, output: anything } },
}) as unknown as AnyChannel

/** The channel that a name stands for, of an owner that was found. */
export function derivedFrom(owner: Resolved, is: DerivedKind, work: DerivedWork): Resolved {
  const channel = derivedName(is, owner.channel)
  const { params } = owner
  if (is === 'audit') return { channel, params, definition: auditing, handlers: auditHandlers(owner, work), owner }
  const set = derivedName('members', owner.channel)
  const access = accessOf(owner.handlers.access, is === 'members' ? 'members' : 'track')
  if (is === 'here') return { channel, params, definition: hereChannel, handlers: { access }, members: set, owner }
  const handlers: AnyHandlers = {
    access,
    requests: { page: ({ payload }: { payload: { limit: number } }) => work.pageOf(set, payload) as Json },
  }
  return { channel, params, definition: members, handlers, owner }
}

function auditHandlers(owner: Resolved, { redact, mute }: DerivedWork): AnyHandlers {
  const { moderators } = owner.handlers
  return {
    access({ type, action, ...context }) {
      const wanted = action === 'request' ? type : action === 'read' || action === 'history' ? 'audit' : undefined
      if (!moderators || (wanted !== 'redact' && wanted !== 'mute' && wanted !== 'audit')) return false
      return moderators({ ...context, channel: owner.channel, action: wanted })
    },
    requests: {
      redact: async ({ payload, user }: { payload: RedactAsked; user: Identity | undefined }) => {
        const { id, offset } = payload as { readonly id?: unknown; readonly offset?: unknown }
        const what = (typeof id === 'string' ? id : id === undefined ? offset : undefined) as string | number
        const outcome = await redact(owner, what, { reason: payload.reason, by: user?.id })
        return { outcome: (outcome as { outcome: string }).outcome }
      },
      mute: async ({ payload, user }: { payload: MuteAsked; user: Identity | undefined }) => {
        await mute(owner, payload, user?.id)
        return null
      },
    },
  }
}

/** The rule of the owner, asked for one thing. */
function accessOf(access: AnyHandlers['access'], action: 'members' | 'track'): AnyHandlers['access'] {
  if (access === 'public') return access
  return ({ type: _, ...context }) =>
    access({ ...context, channel: ownerOf(context.channel)?.owner ?? context.channel, action })
}
