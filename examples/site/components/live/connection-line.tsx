'use client'

import type { Status } from '@baro/client'
import type { Words } from '../../i18n/words.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './live.module.css'
import { useCountdown } from './use-countdown.ts'
import { useIsOffline } from './use-is-offline.ts'

/** How a channel is doing, in words. What one can do about it is in the `ConnectionBar`. */
export function ConnectionLine({ status }: { status: Status }) {
  const { live } = useWords('live')
  const { state, rung } = status
  const isOffline = useIsOffline()
  const seconds = useCountdown(state === 'waiting' ? status.retryInMs : undefined)
  return (
    <p className={styles.connection} data-connection={state} data-rung={rung} data-offline={isOffline || undefined}>
      <span className="visually-hidden">{live.connection}: </span>
      {/* Read out, but not each second of the countdown. */}
      <span aria-live={state === 'waiting' && !isOffline ? 'off' : 'polite'}>
        {isOffline ? live.offline : connectionText(live, state, rung, seconds)}
      </span>
    </p>
  )
}

function connectionText(
  live: Words['live'],
  state: Status['state'],
  rung: Status['rung'],
  seconds: number | undefined,
): string {
  const texts: Readonly<Record<Status['state'], string>> = {
    idle: live.cached,
    connecting: live.connecting,
    // A fall-back is worth a word; the usual way is not.
    live: rung && rung !== 'websocket' ? `${live.connected} (${rung})` : live.connected,
    'needs-auth': live.needsAuth,
    waiting: seconds === undefined ? live.connecting : live.retryIn(seconds),
    refused: live.refused,
    outdated: live.outdated,
    'gave-up': live.gaveUp,
    closed: live.closed,
  }
  return texts[state]
}
