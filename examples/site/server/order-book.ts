import { BaroError } from '@baro/core'
import type { PostgresDriver, Queryable } from '@baro/postgres'
import type { Order } from '../channels/market.ts'

/** How many orders of one side wait at a time, and how many of one visitor. */
const mostWaiting = 60
const mostOfOne = 8
const keptTrades = 200

/** Who places an order: bots say that they are. */
export interface Trader {
  readonly owner: string | null
  readonly isBot: boolean
}

/** What became of an order. */
export interface Placed {
  readonly traded: number
  readonly waiting: number
  readonly order: string | null
}

/** Places an order: it takes what waits at its price or better, the best first, and the rest of it waits. */
export function place(database: PostgresDriver, order: Order, trader: Trader): Promise<Placed> {
  return database.transaction('read committed', async (tx) => {
    // One after the other, or two orders would take the same one.
    await tx.query(`select 1 from pg_advisory_xact_lock(hashtext('baro_site.orders'))`)
    const [others, direction, limit] =
      order.side === 'buy' ? (['sell', 'asc', '<='] as const) : (['buy', 'desc', '>='] as const)
    const found = await tx.query<{ id: string; price: number; quantity: number; trader: string }>(
      `select id::text, price, quantity, trader from baro_site.orders where side = '${others}' and price ${limit} $1
       order by price ${direction}, id limit ${order.quantity}`,
      [order.price],
    )
    let left = order.quantity
    for (const offer of found) {
      if (left === 0) break
      const quantity = Math.min(left, offer.quantity)
      left -= quantity
      await take(tx, offer.id, quantity)
      const [buyer, seller] = order.side === 'buy' ? [order.trader, offer.trader] : [offer.trader, order.trader]
      await tx.query('insert into baro_site.trades (price, quantity, buyer, seller) values ($1, $2, $3, $4)', [
        offer.price,
        quantity,
        buyer,
        seller,
      ])
    }
    const id = left > 0 ? await wait(tx, { ...order, quantity: left }, trader) : null
    await tx.query('delete from baro_site.trades where id <= (select max(id) from baro_site.trades) - $1', [keptTrades])
    return { traded: order.quantity - left, waiting: left, order: id }
  })
}

async function take(tx: Queryable, id: string, quantity: number): Promise<void> {
  const [whole] = await tx.query('delete from baro_site.orders where id = $1 and quantity <= $2 returning id', [
    id,
    quantity,
  ])
  if (!whole) await tx.query('update baro_site.orders set quantity = quantity - $2 where id = $1', [id, quantity])
}

async function wait(tx: Queryable, order: Order, { owner, isBot }: Trader): Promise<string> {
  const [waiting] = await tx.query<{ all: number; own: number }>(
    'select count(*)::int as all, (count(*) filter (where owner = $2))::int as own from baro_site.orders where side::text = $1',
    [order.side, owner],
  )
  if (!isBot && ((waiting?.all ?? 0) >= mostWaiting || (waiting?.own ?? 0) >= mostOfOne))
    throw new BaroError('not-accepted', 'Too many orders wait. Take one that waits, or cancel one of yours.')
  const [made] = await tx.query<{ id: string }>(
    `insert into baro_site.orders (side, price, quantity, trader, is_bot, owner)
     values ($1::text::baro_site.side, $2, $3, $4, $5, $6) returning id::text`,
    [order.side, order.price, order.quantity, order.trader, isBot, owner],
  )
  return made?.id ?? ''
}
