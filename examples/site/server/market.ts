import { BaroError } from '@baro/core'
import type { PostgresDriver } from '@baro/postgres'
import type { Hub } from '@baro/server'
import { exchange, orders, trades } from '../channels/market.ts'
import { runBots } from './market-bots.ts'
import { place } from './order-book.ts'

/** Opens the market: visitors and bots trade by the same rules. */
export function openMarket(hub: Hub, database: PostgresDriver): void {
  const bots = runBots(database)
  hub.on(orders, { access: 'public' })
  hub.on(trades, { access: 'public' })
  hub.on(exchange, {
    access: 'public',
    // While nobody looks, nothing moves.
    joined: () => bots.come(),
    left: () => bots.leave(),
    requests: {
      place: ({ payload, user, session }) =>
        place(database, payload, { owner: user?.id ?? session ?? null, isBot: false }),
      cancel: async ({ payload, user, session }) => {
        const [gone] = await database.query('delete from baro_site.orders where id = $1 and owner = $2 returning id', [
          payload.order,
          user?.id ?? session ?? null,
        ])
        if (!gone)
          throw new BaroError('not-accepted', 'This order is not yours, or somebody took it. Look at the trades.')
        return {}
      },
    },
  })
}
