'use client'

import { type FormEvent, useState } from 'react'
import type { Order } from '../../channels/market.ts'
import type { Language } from '../../i18n/languages.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './market.module.css'

/** Where one says what to trade, at which price. */
export function OrderForm({
  language,
  price,
  place,
}: {
  language: Language
  /** What it proposes: the quote, until somebody writes another price. */
  price: number
  place: (order: Order) => Promise<{ readonly traded: number; readonly waiting: number }>
}) {
  const { market: says } = useWords('market')
  const [wanted, setWanted] = useState<string>()
  const [quantity, setQuantity] = useState('1')
  const [name, setName] = useState('')
  const [told, setTold] = useState('')
  const trade = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { submitter } = event.nativeEvent as SubmitEvent
    const side = submitter instanceof HTMLButtonElement && submitter.value === 'sell' ? 'sell' : 'buy'
    const trader = name.trim() || says.visitor
    try {
      const { traded, waiting } = await place({
        side,
        price: Number(wanted ?? price),
        quantity: Number(quantity),
        trader,
      })
      setTold(says.placed(traded, waiting))
    } catch (error) {
      setTold(`${says.notPlaced} ${error instanceof Error ? error.message : ''}`)
    }
  }
  return (
    <form
      className={styles.form}
      method="post"
      action={`/${language}/market/orders`}
      onSubmit={trade}
      aria-labelledby="order"
    >
      <h2 id="order">{says.order}</h2>
      <label>
        <span>{says.name}</span>
        <input
          name="trader"
          value={name}
          onChange={({ target }) => setName(target.value)}
          maxLength={20}
          placeholder={says.visitor}
        />
      </label>
      <label>
        <span>{says.atPrice}</span>
        <input
          type="number"
          name="price"
          min={1}
          max={9_999}
          required
          value={wanted ?? price}
          onChange={({ target }) => setWanted(target.value)}
        />
      </label>
      <label>
        <span>{says.quantity}</span>
        <input
          type="number"
          name="quantity"
          min={1}
          max={99}
          required
          value={quantity}
          onChange={({ target }) => setQuantity(target.value)}
        />
      </label>
      <div>
        <button type="submit" name="side" value="buy">
          {says.buy}
        </button>
        <button type="submit" name="side" value="sell">
          {says.sell}
        </button>
      </div>
      <p role="status" className={styles.told}>
        {told}
      </p>
      <noscript>{says.noScript}</noscript>
    </form>
  )
}
