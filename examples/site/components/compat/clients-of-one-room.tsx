'use client'

import type { SnapshotOf } from '@baro/core'
import type { ReactNode } from 'react'
import { type compat, type Kind, kinds } from '../../channels/compat.ts'
import { Proof } from '../live/proof.tsx'
import { useWords } from '../words/words-provider.tsx'
import { agreementOf } from './agreement.ts'
import styles from './compat.module.css'
import { openEventSource } from './event-source.ts'
import { Pane } from './pane.tsx'
import type { RoomClient } from './room-client.ts'
import { openSocketIo } from './socket-io.ts'
import { openSupabase } from './supabase.ts'
import { usePlainClient } from './use-plain-client.ts'
import { useSdk } from './use-sdk.ts'
import { openWebSocket } from './web-socket.ts'

/** Five clients of one room in one page, and whether they have all got the same. */
export function ClientsOfOneRoom({
  initial,
  code,
}: {
  initial: SnapshotOf<typeof compat>
  /** The file of each client. */
  code: Readonly<Record<Kind, ReactNode>>
}) {
  const { compat: says } = useWords('compat')
  const sdk = useSdk(initial)
  const clients: Readonly<Record<Kind, RoomClient>> = {
    sdk,
    'socket.io': usePlainClient(openSocketIo, initial),
    supabase: usePlainClient(openSupabase, initial),
    'event-source': usePlainClient(openEventSource, initial),
    websocket: usePlainClient(openWebSocket, initial),
  }
  const agreement = agreementOf(kinds.map((kind) => clients[kind].messages.map(({ id }) => id)))
  const namesOf = (lists: readonly number[]) =>
    kinds.flatMap((kind, index) => (lists.includes(index) ? [says.each[kind].name] : [])).join(', ')

  return (
    <section className={styles.compat} aria-labelledby="compat">
      <header>
        <h1 id="compat">{says.title}</h1>
        <p>{says.lead}</p>
        <noscript>
          <p>{says.noScript}</p>
        </noscript>
      </header>
      <div className={styles.panes}>
        {kinds.map((kind) => (
          <Pane key={kind} kind={kind} client={clients[kind]} code={code[kind]} />
        ))}
      </div>
      <p className={styles.agreement} role="status" data-agreement={agreement.kind}>
        {agreement.kind === 'same' && says.same(agreement.count)}
        {agreement.kind === 'behind' && says.behind(namesOf(agreement.lists))}
        {agreement.kind === 'different' && says.different}
      </p>
      <Proof initial={initial} status={sdk.status} handOver={sdk.handOver} />
    </section>
  )
}
