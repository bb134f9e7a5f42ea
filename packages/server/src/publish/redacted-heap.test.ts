import { getHeapSnapshot } from 'node:v8'
import { expect, test } from 'vitest'
import { wall } from '../../test/http-stage.ts'
import { servePages } from '../../test/pages-stage.ts'

// Never as one text in this file: its source is in the heap too.
const secretOf = (word: string) => ['Neither', 'here', 'nor', word].join('-').toUpperCase()

/** The bytes of a secret: they are not in the heap, as the text would be while it is looked for. */
const bytesOf = (word: string) => Buffer.from(secretOf(word))

/** Whether a text with these bytes is in the heap, once everything that nobody holds is gone. */
async function heapHolds(bytes: Buffer): Promise<boolean> {
  let isFound = false
  let end: Buffer = Buffer.alloc(0)
  for await (const piece of getHeapSnapshot()) {
    const all = Buffer.concat([end, Buffer.from(piece)])
    isFound ||= all.includes(bytes)
    end = all.subarray(-bytes.length)
  }
  return isFound
}

test('what was taken back is nowhere in the heap: history, states, answers', async () => {
  const { hub, ask, page, clock } = await servePages(
    async (_request, response, stage) => response.end(String((await stage.hub.snapshot(wall({ id: 1 }))).value)),
    { policy: { maxAge: '1h' } },
  )
  const reference = wall({ id: 1 })
  const { position } = await hub.publish(reference, 'message', 'first')
  for (const word of ['there', 'anywhere']) await hub.publish(reference, 'message', secretOf(word), { id: word })
  await ask(`/baro/channels/wall:1?after=${position}`)
  await ask('/baro/channels/wall:1')
  await page()
  await hub.redact(reference, 2, { reason: 'abuse' })
  expect(await page()).toMatchObject({ text: `first,${secretOf('anywhere')}` })
  await clock.pass(2_000)
  // What is not taken back is found, so the search can see.
  expect(await heapHolds(bytesOf('anywhere'))).toBe(true)
  expect(await heapHolds(bytesOf('there'))).toBe(false)
})
