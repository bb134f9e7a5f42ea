import { createServer } from 'node:http'
import { channel } from '@baro/core'
import { safeHtml } from '@baro/sanitize'
import { createHub } from '@baro/server'
import { z } from 'zod'

const { clean } = safeHtml({ allowedTags: ['b', 'i', 'a'], allowedAttributes: { a: ['href'] } })
const article = z.object({ title: z.string().max(200), body: z.string().max(9000).transform(clean) })
const news = channel('news', { events: { article } })

export const server = createServer()
const hub = createHub({ channels: [news] })
hub.on(news, { access: 'public', events: { article: ({ payload, publish }) => publish('article', payload) } })
hub.attach(server)

server.listen(process.env.PORT || 3000)
