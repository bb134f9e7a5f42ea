'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { products } from '../../channels/shop.ts'
import type { Language } from '../../i18n/languages.ts'
import { useWords } from '../words/words-provider.tsx'

/** What is left of what is for sale. */
export function ShopThumbnail({ language, initial }: { language: Language; initial: SnapshotOf<typeof products> }) {
  const { shop: says } = useWords('shop')
  const { state } = useChannel(products, initial)
  return (
    <ol>
      {state.rows.slice(0, 4).map(({ id, name_ko, name_en, stock }) => (
        <li key={id}>
          <b>{language === 'ko' ? name_ko : name_en}</b> {stock === 0 ? says.soldOut : says.inStock(stock)}
        </li>
      ))}
    </ol>
  )
}
