import { attach } from '@baro/next'
import { createHub } from '@baro/server'
import { lobby, prices } from '../../../channels.js'

const hub = createHub({ channels: [lobby, prices] })
hub.on(lobby, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
hub.on(prices, { access: 'public', events: { changed: ({ payload, publish }) => publish('changed', payload) } })

// Without `instrumentation.js`: the hub is there once somebody has asked for this route. To ask again changes nothing.
export default function handler(_request, response) {
  attach(hub, response.socket.server, { pages: { cookies: [] } })
  response.status(204).end()
}
