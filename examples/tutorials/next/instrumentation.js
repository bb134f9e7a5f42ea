import { lobby, prices } from '../channels.js'

export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const [{ createHub }, { attach }] = await Promise.all([import('@baro/server'), import('@baro/next')])
  const hub = createHub({ channels: [lobby, prices] })
  hub.on(lobby, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
  hub.on(prices, { access: 'public', events: { changed: ({ payload, publish }) => publish('changed', payload) } })
  attach(hub, undefined, { otherUpgrades: 'pass' })
}
