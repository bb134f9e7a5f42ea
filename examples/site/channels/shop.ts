import { channel } from '@baro/core'
import { table } from '@baro/postgres/table'
import * as z from 'zod/mini'

export const mostInStock = 999

/** What is for sale, and how much of it is left. */
export const products = table('baro_site.products', {
  key: ['id'],
  columns: { id: 'integer', name_ko: 'text', name_en: 'text', price: 'integer', stock: 'integer' },
})

const ofProduct = z.object({ product: z.int() })

/** Where one buys. The answer says what was left; the counters of everybody come from the table. */
export const till = channel('till', {
  requests: {
    buy: { input: ofProduct, output: z.object({ left: z.int() }) },
    restock: { input: ofProduct, output: z.object({ left: z.int() }) },
  },
})
