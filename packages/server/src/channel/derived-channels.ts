/** The channels that stand for others: who is here, and to be here. Their owner's rule allows them. */
import type { AnyChannel, Json, MembersPage, MembersPageAsked, Schema } from '@baro/core'
import { hereChannel, membersChannel, ownerOf } from '@baro/core/protocol'
import type { AnyHandlers } from './handlers.ts'
import type { Resolved } from './registry.ts'

/** Finds some of the members of a set. */
export type PageOf = (set: string, asked: MembersPageAsked & { readonly limit: number }) => unknown

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

/** The channel that a name stands for, of an owner that was found. */
export function derivedFrom(owner: Resolved, is: 'members' | 'here', pageOf: PageOf): Resolved {
  const set = `baro~members:${owner.channel}`
  const channel = is === 'members' ? set : `baro~here:${owner.channel}`
  const access = accessOf(owner.handlers.access, is === 'members' ? 'members' : 'track')
  const { params } = owner
  if (is === 'here') return { channel, params, definition: hereChannel, handlers: { access }, members: set, owner }
  const handlers: AnyHandlers = {
    access,
    requests: { page: ({ payload }: { payload: { limit: number } }) => pageOf(set, payload) as Json },
  }
  return { channel, params, definition: members, handlers, owner }
}

/** The rule of the owner, asked for one thing. */
function accessOf(access: AnyHandlers['access'], action: 'members' | 'track'): AnyHandlers['access'] {
  if (access === 'public') return access
  return ({ type: _, ...context }) =>
    access({ ...context, channel: ownerOf(context.channel)?.owner ?? context.channel, action })
}
