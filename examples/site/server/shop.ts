import { BaroError } from '@baro/core'
import type { PostgresDriver } from '@baro/postgres'
import type { Hub } from '@baro/server'
import { mostInStock, products, till } from '../channels/shop.ts'

/** Opens the shop. The database decides who gets the last one. */
export function openShop(hub: Hub, database: PostgresDriver): void {
  hub.on(products, { access: 'public' })
  hub.on(till, {
    access: 'public',
    requests: {
      buy: async ({ payload: { product } }) => {
        const [left] = await database.query<{ left: number }>(
          'update baro_site.products set stock = stock - 1 where id = $1 and stock > 0 returning stock as left',
          [product],
        )
        if (!left) throw new BaroError('not-accepted', `Product ${product} is sold out. Wait until there is more.`)
        return left
      },
      restock: async ({ payload: { product } }) => {
        const [left] = await database.query<{ left: number }>(
          'update baro_site.products set stock = least(stock + 10, $2) where id = $1 returning stock as left',
          [product, mostInStock],
        )
        if (!left) throw new BaroError('not-accepted', `There is no product ${product}. Choose one from the list.`)
        return left
      },
    },
  })
}
