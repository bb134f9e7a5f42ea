'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { trades } from '../../channels/market.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './demos.module.css'

/** The price, and the trades before it as a line. */
export function MarketThumbnail({ initial }: { initial: SnapshotOf<typeof trades> }) {
  const { market: says } = useWords('market')
  const prices = useChannel(trades, initial).state.rows.map(({ price }) => price)
  const [lowest, highest] = [Math.min(...prices), Math.max(...prices)]
  const points = prices.map((price, index) => `${20 - index},${90 - ((price - lowest) / (highest - lowest || 1)) * 80}`)
  return (
    <>
      <b className={styles.quote}>{prices[0] === undefined ? '–' : says.price(prices[0])}</b>
      <svg className={styles.picture} viewBox="0 0 20 100" preserveAspectRatio="none">
        <title>{says.trades}</title>
        <polyline points={points.join(' ')} vectorEffect="non-scaling-stroke" />
      </svg>
    </>
  )
}
