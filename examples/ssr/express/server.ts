/** Express with template strings. The browser needs no package of ours; one page needs no JavaScript, and is fresh. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { createNotesHub } from '../hub.ts'
import { notes } from '../notes.ts'

const hub = createNotesHub()
const app = express()

const escaped = (text: string) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
const listOf = (list: readonly { text: string }[]) =>
  `<ul id="notes">${list.map(({ text }) => `<li>${escaped(text)}</li>`).join('')}</ul>`
const pageOf = (body: string) => `<!doctype html>
<html lang="en"><title>Notes</title>
<h1>Notes</h1>
${body}
<form method="post" action="/notes"><input name="text" aria-label="A note" required> <button>Send</button></form>`

// What follows the page comes from the URL of the channel, from its position on.
const script = (position: string) => `<script>
  const list = document.getElementById('notes')
  const item = ({ text }) => Object.assign(document.createElement('li'), { textContent: text })
  new EventSource('/baro/channels/notes?live=sse&after=${position}').onmessage = ({ data }) => {
    const { type, payload } = JSON.parse(data)
    if (type === 'note') list.append(item(payload))
    if (type === 'baro:reset') list.replaceChildren(...payload.snapshot.map(item))
  }
</script>`

const answer = (response: ServerResponse, body: string) =>
  response
    .writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      // The hub puts the hash of the script in the place of 'unsafe-inline'.
      'Content-Security-Policy': "default-src 'self'; script-src 'self' 'unsafe-inline'",
    })
    .end(body)

const live = async (_request: IncomingMessage, response: ServerResponse) => {
  const { value, position } = await hub.snapshot(notes())
  answer(response, pageOf(listOf(value) + script(position)))
}
const plain = async (_request: IncomingMessage, response: ServerResponse) => {
  answer(response, pageOf(listOf((await hub.snapshot(notes())).value)))
}

app.get('/', hub.pages(live, { policy: { maxAge: '1d' }, cookies: [], query: [] }))
// Nothing will mend this page later, so whoever asks after a change waits for the render.
const fresh = { maxAge: '1d', waitBehind: 0, minInterval: 1 } as const
app.get('/plain', hub.pages(plain, { policy: fresh, cookies: [], query: [] }))

app.post('/notes', express.urlencoded({ extended: false }), async (request, response) => {
  await hub.publish(notes(), 'note', { text: String(request.body.text) })
  response.redirect(303, request.get('referer') ?? '/')
})

const server: Server = app.listen(process.env.PORT || 3000, () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
})
hub.attach(server)
