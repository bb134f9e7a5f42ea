/** React on plain `node:http`: rendered once, kept by the hub, and live from where it was rendered. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { renderToString } from 'react-dom/server'
import { createNotesHub } from '../hub.ts'
import { notes } from '../notes.ts'
import { NotesList } from '../notes-list.tsx'

const hub = createNotesHub()
const { outputFiles } = await build({
  entryPoints: [fileURLToPath(new URL('../client.tsx', import.meta.url))],
  bundle: true,
  minify: true,
  write: false,
  format: 'esm',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
})

const head = {
  'Content-Type': 'text/html; charset=utf-8',
  // The hub puts the hashes of the scripts that React renders in the place of 'unsafe-inline'.
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'unsafe-inline'",
}

const page = hub.pages(
  async (_request, response) => {
    const initial = await hub.snapshot(notes())
    const html = renderToString(<NotesList initial={initial} />)
    const json = JSON.stringify(initial).replaceAll('<', '\\u003c')
    response.writeHead(200, head).end(`<!doctype html>
<html lang="en"><title>Notes</title>
<div id="root">${html}</div>
<script type="application/json" id="initial">${json}</script>
<script type="module" src="/client.js"></script>`)
  },
  { policy: { maxAge: '1d' }, cookies: [], query: [] },
)

const server = createServer((request, response) => {
  if (request.url !== '/client.js') return page(request, response)
  response.setHeader('Content-Type', 'text/javascript').end(outputFiles[0]?.contents)
})
hub.attach(server)
server.listen(process.env.PORT || 3000, () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
})
