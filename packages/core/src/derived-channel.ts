/** Channels that stand beside another one, their owner, and are found by its name. The rules of the owner allow them. */
import type { AnyChannel, ChannelDefinition, ChannelTypes } from './channel.ts'
import { isReservedName } from './channel-name.ts'
import { BaroError, quote } from './errors.ts'
import type { HistoryBounds } from './ports/broker.ts'
import type { Reference } from './reference.ts'

/** Which channels an owner may have beside it. */
export type DerivedKind = 'members' | 'here' | 'audit'

/** The name of a channel beside its owner. */
export function derivedName(is: DerivedKind, owner: string): string {
  return `baro~${is}:${owner}`
}

/** Which channel of which owner a name stands for; `undefined` if it is not derived from another. */
export function ownerOf(name: string): { readonly is: DerivedKind; readonly owner: string } | undefined {
  const [, is, owner] = /^baro~(members|here|audit):(.*)$/s.exec(name) ?? []
  return owner === undefined ? undefined : { is: is as DerivedKind, owner }
}

/**
 * Refuses the reference of a channel that is derived itself.
 *
 * @throws {BaroError} `bad-name`.
 */
export function assertOwner({ channel }: Reference, what: string): void {
  if (isReservedName(channel))
    throw new BaroError('bad-name', `${quote(channel)} has no ${what} of its own. Pass a channel of the application.`)
}

/** The definition of all channels of a kind. Clients and hub share it, so it has a version of its own. */
export function derived(is: DerivedKind, history: HistoryBounds, state: AnyChannel['state']): AnyChannel {
  const refer = (owner: Reference) => ({ channel: derivedName(is, owner.channel) })
  const definition: Omit<ChannelDefinition<ChannelTypes>, ''> = {
    ...{ pattern: { text: `baro~${is}`, segments: [] }, history, state },
    ...{ events: {}, signals: {}, requests: {}, member: undefined, text: undefined, version: '1' },
  }
  // A definition is called to make a reference, so it is a function; its types are those of each owner, and known to nobody here.
  return Object.assign(refer, definition) as unknown as AnyChannel
}
