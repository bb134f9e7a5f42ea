import {
  type ChannelTypes,
  type Member,
  type MemberState,
  type Members,
  type MembersPage,
  type MembersPageAsked,
  members,
  type Reference,
} from '@baro/core'
import { type Clock, systemClock } from '@baro/core/broker'
import { isOfMembers, membersChannel } from '@baro/core/protocol'
import { createListeners } from '../changes/listeners.ts'
import type { Client } from '../client/client.ts'
import type { Status } from '../connection/status.ts'
import { askWho } from './ask-who.ts'

/** What happens among the members of a channel. */
export interface MembersEvents<State> {
  /** The members are known, or something among them has changed, or this client knows which of them it is. */
  sync: Members<State>
  join: Member<State>
  leave: Member<State>
  /** A member tells something else of itself. */
  change: Member<State>
}

/** The members of a channel, as long as it is not closed. */
export interface FollowedMembers<State> {
  /** Who is here; the same object until something changes. */
  readonly current: Members<State>
  readonly status: Status
  /**
   * The id of the member that this client is, here or not: that of all tabs and devices of its user. `undefined` until the
   * hub has said it. After a sign-in it is another, once the client is live again.
   */
  readonly me: string | undefined
  /**
   * Calls for each of these events. After a gap, `join`, `leave` and `change` tell the difference, so a member that was away
   * only meanwhile is not told. A large room tells nothing but `sync`. Returns how to stop.
   */
  on<Name extends keyof MembersEvents<State>>(
    name: Name,
    listener: (value: MembersEvents<State>[Name]) => void,
  ): () => void
  /**
   * Asks for some of the members, in the order of their ids: those of a large room are not listed.
   *
   * @throws {BaroError} (rejects) as `request` of a subscription.
   */
  page(asked?: MembersPageAsked): Promise<MembersPage<State>>
  close(): void
}

/**
 * Follows who is in a channel.
 *
 * @param reference The channel, or its members as the server’s `snapshot` gave them.
 *
 * @example
 * ```ts
 * const here = followMembers(client, room({ id: 42 }))
 * here.on('join', ({ id, user }) => console.log(id === here.me ? 'You came' : `${user} came`))
 * here.on('sync', ({ count }) => console.log(`${count} are here`))
 * ```
 */
export function followMembers<T extends ChannelTypes>(
  client: Client,
  reference: Reference<T>,
  clock: Clock = systemClock,
): FollowedMembers<MemberState<T>> {
  type State = MemberState<T>
  const subscription = client.subscribe(membersChannel, isOfMembers(reference) ? reference : members(reference))
  const { on, tell } = createListeners<MembersEvents<State>>(console)
  // What the hub of this definition sends.
  const now = () => subscription.current.state as Members<State>
  let before = now()
  let me: string | undefined
  let stop: (() => void) | undefined

  function known(id: string): void {
    if (id === me) return
    me = id
    tell('sync', now())
  }

  function lookWho(): void {
    if (subscription.current.status.state === 'live') stop ??= askWho(subscription.request, known, clock)
    else {
      stop?.()
      stop = undefined
    }
  }

  lookWho()
  subscription.onChange(() => {
    lookWho()
    const next = now()
    if (next === before) return
    const old = new Map(before.list?.map((member) => [member.id, member]))
    // Where one of the two lists nobody, nothing is known of anybody.
    const isKnown = before.list && next.list
    before = next
    for (const member of (isKnown && next.list) || []) {
      const was = old.get(member.id)
      old.delete(member.id)
      if (!was) tell('join', member)
      else if (was !== member && JSON.stringify(was) !== JSON.stringify(member)) tell('change', member)
    }
    if (isKnown) for (const member of old.values()) tell('leave', member)
    tell('sync', next)
  })

  return {
    get current() {
      return now()
    },
    get status() {
      return subscription.current.status
    },
    get me() {
      return me
    },
    on,
    page: async (asked = {}) => subscription.request('page', asked) as Promise<MembersPage<State>>,
    close() {
      stop?.()
      subscription.close()
    },
  }
}
