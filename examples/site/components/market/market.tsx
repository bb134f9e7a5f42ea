'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { useState } from 'react'
import { exchange, orders, trades } from '../../channels/market.ts'
import type { Language } from '../../i18n/languages.ts'
import { LocalTime } from '../live/local-time.tsx'
import { Proof } from '../live/proof.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './market.module.css'
import { OrderForm } from './order-form.tsx'

type Orders = SnapshotOf<typeof orders>

/** An order book: what waits, what was traded, and the form that trades. */
export function Market({
  language,
  bids,
  asks,
  traded,
}: {
  language: Language
  bids: Orders
  asks: Orders
  traded: SnapshotOf<typeof trades>
}) {
  const { market: says } = useWords('market')
  const { state, status, handOver } = useChannel(trades, traded)
  const buying = useChannel(orders, bids).state.rows
  const selling = useChannel(orders, asks).state.rows
  const { request } = useChannel(exchange, exchange())
  const [own, setOwn] = useState<ReadonlySet<string>>(new Set())
  const [last, before] = state.rows
  const moved = last && before ? Math.sign(last.price - before.price) : 0
  const cancel = (order: string) => void request('cancel', { order }).catch(() => {})
  return (
    <section className={styles.market} aria-labelledby="market">
      <h1 id="market">{says.title}</h1>
      <p className={styles.lead}>{says.lead}</p>
      <p className={styles.quote} data-moved={moved}>
        <span>{says.last}</span>
        <b data-quote={last?.price ?? ''}>{last ? says.price(last.price) : '–'}</b>
      </p>
      <div className={styles.columns}>
        <div className={styles.book}>
          <Side title={says.selling} rows={selling} side="sell" own={own} cancel={cancel} />
          <Side title={says.buying} rows={buying} side="buy" own={own} cancel={cancel} />
        </div>
        <OrderForm
          language={language}
          price={last?.price ?? 1_000}
          place={async (order) => {
            const placed = await request('place', order)
            if (placed.order !== null) setOwn(new Set([...own, placed.order]))
            return placed
          }}
        />
        <div className={styles.trades}>
          <h2>{says.trades}</h2>
          <ol>
            {state.rows.map(({ id, price, quantity, buyer, seller, at }) => (
              <li key={id} data-trade={id}>
                <b>{says.price(price)}</b>
                <span>{says.times(quantity)}</span>
                <span className={styles.who}>{says.between(buyer, seller)}</span>
                <LocalTime language={language} time={Date.parse(at)} format="second" />
              </li>
            ))}
          </ol>
        </div>
      </div>
      <Proof initial={traded} status={status} handOver={handOver} />
    </section>
  )
}

function Side({
  title,
  rows,
  side,
  own,
  cancel,
}: {
  title: string
  rows: Orders['value']['rows']
  side: 'buy' | 'sell'
  own: ReadonlySet<string>
  cancel: (order: string) => void
}) {
  const { market: says } = useWords('market')
  return (
    <div className={styles.side} data-side={side}>
      <h2>{title}</h2>
      <ol>
        {rows.map(({ id, price, quantity, trader, is_bot }) => (
          <li key={id} data-order={id}>
            <b>{says.price(price)}</b>
            <span>{says.times(quantity)}</span>
            <span className={styles.who} data-bot={is_bot}>
              {trader}
            </span>
            {own.has(id) && (
              <button type="button" onClick={() => cancel(id)}>
                {says.cancel}
              </button>
            )}
          </li>
        ))}
      </ol>
    </div>
  )
}
