import { channel } from '@baro/core'
import { table } from '@baro/postgres/table'
import * as z from 'zod/mini'

/** How many prices of each side, and how many trades, a page shows. */
export const shownOrders = 8
export const shownTrades = 12

/** Orders that wait for somebody who takes them. */
export const orders = table('baro_site.orders', {
  key: ['id'],
  columns: {
    id: 'bigint',
    side: ['buy', 'sell'],
    price: 'integer',
    quantity: 'integer',
    trader: 'text',
    is_bot: 'boolean',
  },
  filters: ['side', 'price'],
})

/** What was traded. The newest one is the quote. */
export const trades = table('baro_site.trades', {
  key: ['id'],
  columns: { id: 'bigint', price: 'integer', quantity: 'integer', buyer: 'text', seller: 'text', at: 'timestamptz' },
})

const order = z.object({
  side: z.enum(['buy', 'sell']),
  price: z.int().check(z.gte(1), z.lte(9_999)),
  quantity: z.int().check(z.gte(1), z.lte(99)),
  trader: z.string().check(z.trim(), z.minLength(1), z.maxLength(20)),
})

/** Where one trades. An order takes what others offer at its price or better; the rest of it waits. */
export const exchange = channel('exchange', {
  requests: {
    place: {
      input: order,
      output: z.object({ traded: z.int(), waiting: z.int(), order: z.nullable(z.string()) }),
    },
    cancel: { input: z.object({ order: z.string().check(z.regex(/^\d{1,18}$/)) }), output: z.object({}) },
  },
})

export type Order = z.infer<typeof order>
