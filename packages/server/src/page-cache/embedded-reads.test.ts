import { expect, test } from 'vitest'
import { room } from '../../test/fake-client.ts'
import { tick } from '../../test/http-stage.ts'
import { servePages } from '../../test/pages-stage.ts'
import { embeddedReads } from './embedded-reads.ts'

const snapshot = { channel: 'a', position: '1a.x.1.abc', version: '2', value: [] }
const read = { channel: 'a', position: '1a.x.1.abc', version: '2', isFound: true }

test.each([
  ['JSON', JSON.stringify(snapshot)],
  ['JSON in the text of a script', JSON.stringify(JSON.stringify(snapshot))],
  ['JSON that was escaped four times', [1, 2, 3, 4].reduce((text) => JSON.stringify(text), JSON.stringify(snapshot))],
  ['an attribute', JSON.stringify(snapshot).replaceAll('"', '&quot;')],
])('finds a snapshot in %s', (_, text) => {
  expect(embeddedReads(Buffer.from(`<p>${text}</p>`), () => '')).toEqual([read])
})

// A search that goes back at each backslash would take an hour.
test('I7: half a million backslashes in somebody’s text hold up nobody', () => {
  const value = ['\\'.repeat(1 << 19)]
  const html = Buffer.from(`<script>${JSON.stringify(JSON.stringify({ ...snapshot, value }))}</script>`)
  expect(embeddedReads(html, () => '')).toEqual([read])
})

test('what a stranger says in a chat has its page rendered once in its interval, and no more often', async () => {
  const pages = await servePages(
    async (_request, response, { hub }) => {
      const initial = await hub.snapshot(room({ id: '1' }))
      response.setHeader('Content-Type', 'text/html; charset=utf-8')
      response.end(`<script type="application/json">${JSON.stringify(initial).replaceAll('<', '\\u003c')}</script>`)
    },
    { policy: { maxAge: '1h', minInterval: '10s' } },
  )
  await pages.publish('"channel":"q","position":"none"')
  await pages.publish('"channel":"room:1","position":"1a.another.1.abc"')
  for (let interval = 1; interval <= 3; interval++) {
    for (let time = 0; time < 5; time++) {
      expect((await pages.page()).text).toContain('another')
      await tick()
    }
    expect(pages.rendered).toHaveLength(interval)
    await pages.clock.pass(10_000)
  }
})
