'use client'

import { useConnection } from '@baro/react'
import button from '../frame/button.module.css'
import { useWords } from '../words/words-provider.tsx'
import styles from './live.module.css'
import { useCountdown } from './use-countdown.ts'
import { useIsOffline } from './use-is-offline.ts'

/**
 * While the page is not live: why, when it tries again, and the button that tries now. It stands at the lower edge of the
 * screen, under the thumb, and moves nothing of the page.
 */
export function ConnectionBar() {
  const { live } = useWords('live')
  const { status, reconnect } = useConnection()
  const { state, retryInMs } = status
  const isOffline = useIsOffline()
  const seconds = useCountdown(state === 'waiting' ? retryInMs : undefined)
  const isDown = state === 'waiting' || state === 'gave-up'
  // Also while it tries: a bar that comes and goes with each try is a button that nobody can hit.
  const isTrying = state === 'connecting' && status.attempt > 1
  if (!isOffline && !isDown && !isTrying) return null
  const why = isOffline ? live.noNetwork : state === 'gave-up' ? live.gaveUp : live.disconnected
  const next = seconds !== undefined ? live.retryIn(seconds) : isTrying && live.connecting
  // Nothing of such a page is live.
  const isUnneeded = state === 'idle'
  return (
    <div className={styles.bar} data-bar={isOffline ? 'offline' : state}>
      <p>
        <b role="status">{why}</b>
        {/* Not read out each second. */}
        {next && <span>{next}</span>}
        {!isUnneeded && <small>{live.kept}</small>}
      </p>
      {!isUnneeded && (
        <button type="button" className={button.solid} onClick={reconnect}>
          {live.reconnect}
        </button>
      )}
    </div>
  )
}
