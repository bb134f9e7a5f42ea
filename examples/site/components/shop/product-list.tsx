'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { useState } from 'react'
import { products, till } from '../../channels/shop.ts'
import type { Language } from '../../i18n/languages.ts'
import button from '../frame/button.module.css'
import { Proof } from '../live/proof.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './shop.module.css'

const fewLeft = 5

/** What is for sale. The counters are the rows of the database, for everybody the same. */
export function ProductList({ language, initial }: { language: Language; initial: SnapshotOf<typeof products> }) {
  const { shop: says } = useWords('shop')
  const { state, status, handOver } = useChannel(products, initial)
  const { request } = useChannel(till, till())
  const [told, setTold] = useState<{ readonly product: number; readonly text: string }>()
  const ask = async (what: 'buy' | 'restock', product: number) => {
    try {
      const { left } = await request(what, { product })
      setTold({ product, text: what === 'buy' ? says.bought(left) : says.restocked(left) })
    } catch {
      setTold({ product, text: says.notDone })
    }
  }
  return (
    <section className={styles.shop} aria-labelledby="shop">
      <h1 id="shop">{says.title}</h1>
      <p className={styles.lead}>{says.lead}</p>
      <ul className={styles.list}>
        {state.rows.map(({ id, name_ko, name_en, price, stock }) => (
          <li key={id} data-product={id} data-stock={stock}>
            <h2>{language === 'ko' ? name_ko : name_en}</h2>
            <p className={styles.price}>{says.price(price)}</p>
            <p className={styles.stock} data-few={stock <= fewLeft}>
              {stock === 0 ? says.soldOut : says.inStock(stock)}
            </p>
            <form
              className={styles.orders}
              method="post"
              action={`/${language}/shop/orders`}
              onSubmit={(event) => {
                event.preventDefault()
                const { submitter } = event.nativeEvent as SubmitEvent
                void ask(submitter?.getAttribute('value') === 'restock' ? 'restock' : 'buy', id)
              }}
            >
              <input type="hidden" name="product" value={id} />
              {/* Two buttons: one that changes its meaning would restock for whoever presses "buy" a moment too late. */}
              {stock === 0 && (
                <button type="submit" name="what" value="restock" className={button.quiet}>
                  {says.restock}
                </button>
              )}
              <button type="submit" name="what" value="buy" disabled={stock === 0} className={button.solid}>
                {says.buy}
              </button>
            </form>
            <p className={styles.told} role="status">
              {told?.product === id ? told.text : ''}
            </p>
          </li>
        ))}
      </ul>
      <noscript>{says.noScript}</noscript>
      <Proof initial={initial} status={status} handOver={handOver} />
    </section>
  )
}
