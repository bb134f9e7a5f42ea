import { createHub } from '@baro/server'
import express from 'express'
import { prices } from '../channels.js'
import { quotes } from './quotes.js'

const app = express()
const hub = createHub({ channels: [prices] })
hub.on(prices, { access: 'public' })

quotes.on('change', (quote) => hub.publish(prices(), 'changed', quote))

// Here the page need not even change its URL.
app.get('/api/prices', hub.serve(prices(), { view: 'state' }))

export const server = app.listen(process.env.PORT || 3000)
hub.attach(server)
