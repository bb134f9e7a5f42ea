// Idiom: an Express route that answers an array
// Loses: every value that came and went between two requests.

import express from 'express'
import { quotes } from './quotes.js'

const app = express()
const prices = []

quotes.on('change', ({ symbol, price }) => {
  const found = prices.find((one) => one.symbol === symbol)
  if (found) {
    found.price = price
  } else {
    prices.push({ symbol, price })
  }
})

app.get('/api/prices', (request, response) => {
  response.json(prices)
})

export const server = app.listen(process.env.PORT || 8080)
