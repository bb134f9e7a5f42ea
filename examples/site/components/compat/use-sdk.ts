'use client'

import type { Status } from '@baro/client'
import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { compat } from '../../channels/compat.ts'
import type { RoomClient } from './room-client.ts'

/** The SDK. It shows a message of its own before the server has it; here only what the server has is compared. */
export function useSdk(
  initial: SnapshotOf<typeof compat>,
): RoomClient & Pick<ReturnType<typeof useChannel>, 'status' | 'handOver'> {
  const { state, pending, publish, status, handOver } = useChannel(compat, initial)
  return {
    messages: state.filter(({ id }) => !pending.includes(id)),
    link: linkOf(status.state),
    send: (text) => publish('message', { from: 'sdk', text }),
    status,
    handOver,
  }
}

function linkOf(state: Status['state']): RoomClient['link'] {
  return state === 'live' ? 'open' : state === 'idle' || state === 'connecting' ? 'connecting' : 'waiting'
}
