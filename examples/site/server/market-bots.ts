import type { PostgresDriver } from '@baro/postgres'
import { place } from './order-book.ts'

const everyMs = 900
const firstPrice = 1_000
/** Orders of bots that wait on each side. */
const mostOfBots = 12

/** The bots of the market. They trade while somebody looks. */
export interface Bots {
  come(): void
  leave(): void
}

/** By side, so that none trades with itself. */
const names = { buy: ['Ant bot', 'Bee bot'], sell: ['Cat bot', 'Owl bot'] } as const

/** Starts nobody yet: the bots begin with the first who comes. */
export function runBots(database: PostgresDriver): Bots {
  let watching = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const trade = async (): Promise<void> => {
    const [last] = await database.query<{ price: number }>(
      'select price from baro_site.trades order by id desc limit 1',
    )
    const around = last?.price ?? firstPrice
    const side = Math.random() < 0.5 ? 'buy' : 'sell'
    // Mostly some steps away from the quote; now and then across it, and that is a trade.
    const away = Math.floor(Math.random() * 12) - 3
    const price = Math.min(9_999, Math.max(1, side === 'buy' ? around - away : around + away))
    const trader = names[side][Math.random() < 0.5 ? 0 : 1]
    await place(
      database,
      { side, price, quantity: 1 + Math.floor(Math.random() * 9), trader },
      { owner: null, isBot: true },
    )
    // Those that wait for the longest time give way.
    await database.query(
      `delete from baro_site.orders where id in (
         select id from baro_site.orders where is_bot and side::text = $1 order by id desc offset $2)`,
      [side, mostOfBots],
    )
  }
  const next = (): void => {
    timer = setTimeout(async () => {
      await trade().catch((error) => console.warn(`The bots of the market rest: ${error.message}`))
      if (watching > 0) next()
      else timer = undefined
    }, everyMs)
    timer.unref()
  }
  return {
    come() {
      watching++
      if (!timer) next()
    },
    leave() {
      watching--
    },
  }
}
