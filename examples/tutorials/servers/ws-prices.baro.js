import { createServer } from 'node:http'
import { createHub } from '@baro/server'
import { prices } from '../channels.js'
import { quotes } from './quotes.js'

export const server = createServer()
const hub = createHub({ channels: [prices] })
hub.on(prices, { access: 'public' })
hub.attach(server)

quotes.on('change', (quote) => hub.publish(prices(), 'changed', quote))

server.listen(process.env.PORT || 3000)
