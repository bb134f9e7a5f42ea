import { createServer } from 'node:http'
import { createDatabase } from '@baro/postgres'
import { createHub } from '@baro/server'
import { mount } from '@baro/supabase'
import pg from 'pg'
import { cursors, lounge } from '../channels.js'
import { posts } from '../tables.js'

export const server = createServer()
const database = createDatabase(new pg.Pool({ connectionString: process.env.DATABASE_URL }))
const hub = createHub({ channels: [posts, cursors, lounge], database })
hub.on(posts, { access: 'public' })
hub.on(cursors, { access: 'public', signals: { 'cursor-pos': ({ payload, signal }) => signal('cursor-pos', payload) } })
hub.on(lounge, { access: 'public' })
mount(hub, { anonKey: 'public-anon-key' })

hub.attach(server)
server.listen(process.env.PORT || 3000)
