/**
 * What `init` writes: the samples of README.md, letter by letter. `tests/house/init.test.ts` compares them, so whoever changes
 * one changes the other.
 */

/** What there is: the server, the pages and the browser import it. */
export const channels = `import { channel } from '@baro/core'
import { z } from 'zod'

export const room = channel('room:{id}', {
  // What can happen. Any Standard Schema; it runs on the server.
  events: { message: z.object({ text: z.string().min(1).max(2000) }) },
  // What a page shows. One reducer, on the server for the snapshot and in the browser for what follows.
  state: {
    initial: (): { id: string; text: string }[] => [],
    on: { message: (list, { id, payload }) => [...list, { id, text: payload.text }].slice(-50) },
  },
})
`

/** The hub on the server that Next runs. */
export const instrumentation = `import { room } from './channels'

export async function register() {
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const [{ createHub }, { attach }] = await Promise.all([import('@baro/server'), import('@baro/next')])
    const hub = createHub({ channels: [room] })
    hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
    attach(hub)
  }
}
`

/** A page for `cacheComponents: true`. */
export const cachedPage = `import { pageParams, snapshot } from '@baro/next'
import { cacheLife } from 'next/cache'
import { room } from '../../../channels'
import { Room } from './room'

async function cachedSnapshot(id: string) {
  'use cache'
  cacheLife('hours')
  return snapshot(room({ id }))
}

// Next wants one page at build time. Any other is rendered when it is first asked for.
export const generateStaticParams = () => [{ id: '1' }]
// The page comes whole. Otherwise \`next dev\` asks for a part to show before it.
export const instant = false

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await pageParams(room, params)
  return <Room initial={await cachedSnapshot(id)} />
}
`

/** The same page without it. */
export const revalidatedPage = `import { pageParams, snapshot } from '@baro/next'
import { room } from '../../../channels'
import { Room } from './room'

export const revalidate = 3600
export const generateStaticParams = () => [] // no room is known at build time: each is rendered when first asked for

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await pageParams(room, params)
  return <Room initial={await snapshot(room({ id }))} />
}
`

/** What goes on live in that page. */
export const pageRoom = `'use client'
import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { useState } from 'react'
import { room } from '../../../channels'

export function Room({ initial }: { initial: SnapshotOf<typeof room> }) {
  const { state, publish, status } = useChannel(room, initial)
  const [complaint, setComplaint] = useState('')
  const send = (form: FormData) =>
    publish('message', { text: String(form.get('text')) }).then(
      () => setComplaint(''),
      ({ message }) => setComplaint(message), // what a rule or the schema refused
    )
  return (
    <form action={send}>
      <ul>
        {state.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
      <input name="text" required /> <small>{complaint || status.state}</small>
    </form>
  )
}
`

/** A hub on a server of its own. */
export const server = `import { createServer } from 'node:http'
import { createHub } from '@baro/server'
import { room } from './channels.js'

const hub = createHub({ channels: [room] })
hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })

const server = createServer((_request, response) => response.end('whatever you serve already'))
hub.attach(server)
server.listen(3000)
`

/** A client in Node. */
export const client = `import { createClient } from '@baro/client'
import { room } from './channels.js'

// In a browser createClient() is enough. Node 20 has no WebSocket of its own: there it goes over SSE, or over the
// WebSocket you give to createWebSocketTransport, of @baro/client/transports.
const client = createClient({ url: 'http://localhost:3000/baro' })
const subscription = client.subscribe(room, room({ id: 42 }))
subscription.onChange(({ state, status }) => console.log(status.state, state))
await subscription.publish('message', { text: 'Hello' })

// A script ends when nothing is open any more. A page need not do this.
client.close()
`

/** A hub on the server of Express. */
export const express = `import { createHub } from '@baro/server'
import express from 'express'
import { room } from './channels.js'

const hub = createHub({ channels: [room] })
hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })

const app = express()
app.use(express.json())
app.get('/api/messages', hub.serve(room({ id: 42 }), { view: 'state' }))
hub.serveSockets('/', room({ id: 42 }), { view: 'payload' }) // new WebSocket('ws://localhost:3000')
hub.attach(app.listen(3000))
`

/** A live component of a page that another server serves. */
export const liveRoom = `import { BaroProvider, useChannel } from '@baro/react'
import { useState } from 'react'
import { room } from '../channels'

function Room() {
  const { state, publish, status } = useChannel(room, room({ id: 42 }))
  const [complaint, setComplaint] = useState('')
  const send = (form: FormData) =>
    publish('message', { text: String(form.get('text')) }).then(
      () => setComplaint(''),
      ({ message }) => setComplaint(message), // what a rule or the schema refused
    )
  return (
    <form action={send}>
      <ul>
        {state.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
      <input name="text" required /> <small>{complaint || status.state}</small>
    </form>
  )
}

export function LiveRoom() {
  return (
    <BaroProvider options={{ url: 'http://localhost:3000/baro' }}>
      <Room />
    </BaroProvider>
  )
}
`
