import { createClient } from '@baro/client'
import { prices } from '../channels.js'

const subscription = createClient().subscribe(prices, prices())

subscription.onChange(({ state }) => {
  document.getElementById('state').textContent = state.map(({ symbol, price }) => `${symbol} ${price}`).join(', ')
})
subscription.onPublication(({ payload: { symbol, price } }) => {
  if (price <= 100) return
  const item = Object.assign(document.createElement('li'), { textContent: `${symbol} rose to ${price}` })
  document.getElementById('messages').append(item)
})
