'use client'

import { idleStatus, type Status } from '@baro/client'
import { askWho, type OwnState, type Tracking, track } from '@baro/client/members'
import {
  type AnyChannel,
  type MemberState,
  type Members,
  type MembersPage,
  type MembersPageAsked,
  type MembersTypes,
  members,
  type Reference,
  type Snapshot,
  type TypesOf,
} from '@baro/core'
import { isOfMembers, membersChannel } from '@baro/core/protocol'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useClient } from './client-context.ts'
import { useChannel } from './use-channel.ts'

/** Who is in a channel, in a component. */
export interface LiveMembers<State> extends Members<State> {
  /** How the list is doing. */
  readonly status: Status
  /** How it is doing to be a member; `idle` for who tells no state. `refused` has the code of the error as its `reason`. */
  readonly trackStatus: Status
  /**
   * The id of the member that this client is, here or not: that of all tabs and devices of its user. `undefined` until the
   * hub has said it, and on the server.
   */
  readonly me: string | undefined
  /** Asks for some of the members, in the order of their ids: those of a large room are not listed. */
  readonly page: (asked?: MembersPageAsked) => Promise<MembersPage<State>>
}

/**
 * Shows who is in a channel, and keeps it live. With a state, whoever looks at the component is a member, as long as it is
 * mounted and under whatever name the server knows him; a user with several tabs is one member.
 *
 * @param _ The channel whose members they are: it gives their state its type.
 * @param reference The channel, or what the server's `snapshot(members(…))` gave: then the server renders who is here.
 * @param state What this member tells of itself, at most 2 kB of JSON. Left out: only a look at the others.
 *
 * @example
 * ```tsx
 * const { list = [], me } = useMembers(room, initialMembers, { name, isTyping })
 * return list.map(({ id, state }) => <li key={id}>{id === me ? 'You' : state.name}</li>)
 * ```
 */
export function useMembers<C extends AnyChannel>(
  _: C,
  reference: Reference<TypesOf<C>> | Reference<MembersTypes<TypesOf<C>>> | Snapshot<MembersTypes<TypesOf<C>>>,
  state?: OwnState<TypesOf<C>>,
): LiveMembers<MemberState<TypesOf<C>>> {
  type State = MemberState<TypesOf<C>>
  const client = useClient()
  const { channel } = reference
  const own = isOfMembers(reference)
  // One object for one name, as a page brings one.
  const named = useMemo(() => members({ channel: own ? 'of' : channel }), [own, channel])
  const page = own ? reference : named
  const live = useChannel(membersChannel, page)
  const owner = own ? channel.slice(channel.indexOf(':') + 1) : channel
  const [trackStatus, setTrackStatus] = useState(idleStatus)
  const tracking = useRef<Tracking | undefined>(undefined)
  const isMember = state !== undefined
  const newest = useRef(state)
  newest.current = state

  useEffect(() => {
    if (!client || !isMember) return undefined
    const begun = track(client, { channel: owner } as Reference, newest.current as never)
    tracking.current = begun
    setTrackStatus(begun.status)
    begun.onChange(setTrackStatus)
    return () => {
      tracking.current = undefined
      begun.stop()
      setTrackStatus(idleStatus)
    }
  }, [client, owner, isMember])

  // A component makes its state anew with each render, so what counts is what it says.
  const text = JSON.stringify(state)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text stands for the state.
  useEffect(() => {
    if (newest.current !== undefined) tracking.current?.update(newest.current as never)
  }, [text])

  const { request } = live
  const ask = useCallback(
    async (asked: MembersPageAsked = {}) => request('page' as never, asked as never) as Promise<MembersPage<State>>,
    [request],
  )
  const { status } = live
  const isLive = status.state === 'live'
  const [me, setMe] = useState<string>()
  useEffect(() => {
    if (!isLive) return undefined
    return askWho((type, input) => request(type as never, input as never) as Promise<string>, setMe)
  }, [isLive, request])
  const { count, list } = live.state as Members<State>
  return useMemo(
    () => ({ count, ...(list && { list }), me, status, trackStatus, page: ask }),
    [count, list, me, status, trackStatus, ask],
  )
}
