import { type ChannelDefinition, type ChannelTypes, channel, type Reference, type Schema } from '@baro/core'

/** What a member tells: as whom its page acts, and something that changes. */
// An interface is no `Json`: somebody might add to it.
export type Said = {
  readonly name: string
  readonly mood: number
}

interface LoungeTypes extends ChannelTypes {
  pattern: 'lounge:{id}'
  events: Record<never, never>
  signals: Record<never, never>
  requests: Record<never, never>
  member: Schema<Said>
}

const said: Schema<Said> = {
  '~standard': { version: 1, vendor: 'simulation', validate: (value) => ({ value: value as Said }) },
}

/** The channel in which everybody is. */
export const lounge: ChannelDefinition<LoungeTypes> = channel('lounge:{id}', { members: { state: said } })

/** The one of a schedule. */
export const theLounge: Reference<LoungeTypes> = lounge({ id: 1 })

/** The set of its members. */
export const membersSet: string = `baro~members:${theLounge.channel}`

/** The set of those who follow it, for the hooks of the application. */
export const followersSet: string = `baro~joined:${theLounge.channel}`

/** A small bound, so that a few members make the room large; it lists three again. */
export const maxListedMembers = 4
