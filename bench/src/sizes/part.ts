import { table } from '../figures.ts'
import { createPart, type Part } from '../part.ts'
import { printed } from '../runs.ts'
import { measureSize, type Page, pages, type SizeRun } from './measure.ts'

const labels: Readonly<Record<Page, string>> = {
  'baro-websocket': '**Baro**, WebSocket alone',
  baro: '**Baro**, WebSocket, SSE, long polling, polling, one link for all tabs',
  'socket-io': 'socket.io-client: WebSocket, WebTransport, long polling',
  supabase: '@supabase/realtime-js: WebSocket',
  centrifuge: 'centrifuge: WebSocket, WebTransport, HTTP streaming, SSE',
}

/** What a page loads for its client. A bundler says the same every time, so there are no rounds. */
export const sizesPart: Part = createPart<SizeRun>({
  name: 'sizes',
  connections: 0,
  async measure() {
    const runs: SizeRun[] = []
    for (const page of Object.keys(pages) as Page[]) runs.push(printed(await measureSize(page)))
    return runs
  },
  tell: (runs) => ({ text: text(runs), targets: [], shortcomings: [], notes: [] }),
})

function text(runs: readonly SizeRun[]): string {
  const rows = runs.map(({ page, version, firstLoadBytes, allBytes }) => [
    labels[page],
    version,
    kilobytes(firstLoadBytes),
    kilobytes(allBytes),
  ])
  return `## What a page loads

kB after gzip, of a page that imports the client and nothing else: bundled and minified by esbuild, for browsers, as for users. *At first* is what it loads before its first connection, *with all* what it loads on a network that lets no WebSocket through. They do not do the same: a client of Baro keeps a state, folds what follows into it, shows a publish before it is confirmed, and proves that nothing is missing; the others hand on what arrives, each with features of its own.

${table(['client', 'version', 'at first, kB', 'with all, kB'], rows)}
`
}

/** As `npm run size` counts them. */
function kilobytes(bytes: number): string {
  return (bytes / 1_000).toFixed(2)
}
