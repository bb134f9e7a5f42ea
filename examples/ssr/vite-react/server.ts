/** Vite and React: the same page from the development server of Vite, with the hub behind the same port. */
import { readFile } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { createServer as createViteServer } from 'vite'
import { createNotesHub } from '../hub.ts'
import { notes } from '../notes.ts'
import { NotesList } from '../notes-list.tsx'

const hub = createNotesHub()
const folder = fileURLToPath(new URL('.', import.meta.url))
const server = createHttpServer()

const vite = await createViteServer({
  root: fileURLToPath(new URL('..', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../../.cache/ssr-vite', import.meta.url)),
  appType: 'custom',
  server: { middlewareMode: true, hmr: { server } },
  optimizeDeps: { include: ['react', 'react-dom/client', 'react/jsx-runtime', 'react/jsx-dev-runtime', 'zod'] },
})

const page = hub.pages(
  async ({ url = '/' }, response) => {
    const initial = await hub.snapshot(notes())
    const template = await vite.transformIndexHtml(url, await readFile(`${folder}index.html`, 'utf8'))
    const html = template
      .replace('<!--html-->', () => renderToString(createElement(NotesList, { initial })))
      .replace('>{}<', () => `>${JSON.stringify(initial).replaceAll('<', '\\u003c')}<`)
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end(html)
  },
  { policy: { maxAge: '1d' }, cookies: [], query: [] },
)

// Vite answers what is a file of the app; everything else is a page.
server.on('request', (request, response) => vite.middlewares(request, response, () => page(request, response)))
hub.attach(server)
server.listen(process.env.PORT || 3000, () => {
  console.log(`http://localhost:${(server.address() as AddressInfo).port}`)
})
