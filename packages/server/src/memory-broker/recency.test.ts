import { createSeededRandomness } from '@baro/testing'
import { expect, test } from 'vitest'
import { type Ranked, Recency } from './recency.ts'

class Item implements Ranked<Item> {
  older: Item | undefined
  newer: Item | undefined
}

test('the order of use is that of a list from which each is taken out and put at its end (seeded)', () => {
  const chance = createSeededRandomness('recency')
  const items = Array.from({ length: 12 }, () => new Item())
  const recency = new Recency<Item>()
  let order: readonly Item[] = []
  for (let step = 0; step < 5_000; step++) {
    const item = chance.pick(items)
    const isIn = order.includes(item)
    if (isIn) recency.remove(item)
    order = order.filter((one) => one !== item)
    if (!isIn || chance.integer(0, 2) > 0) {
      recency.add(item)
      order = [...order, item]
    }
    const found: Item[] = []
    for (let next = recency.oldest; next; next = next.newer) found.push(next)
    expect(found).toEqual(order)
    expect(found.map(({ older }) => older)).toEqual([undefined, ...order].slice(0, order.length))
  }
})
