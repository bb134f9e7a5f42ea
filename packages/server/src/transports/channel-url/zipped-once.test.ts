import { gunzipSync } from 'node:zlib'
import { expect, test, vi } from 'vitest'
import { publishAll, serve } from '../../../test/http-stage.ts'

const zipped = vi.hoisted(() => ({ times: 0 }))

vi.mock('node:zlib', async (original) => {
  const zlib = await original<typeof import('node:zlib')>()
  return {
    ...zlib,
    gzip(bytes: Uint8Array, done: (error: Error | null, bytes: Buffer) => void) {
      zipped.times++
      zlib.gzip(bytes, done)
    },
  }
})

test.each(['', '?view=state'])(
  'I7: a snapshot is compressed once for all who ask, with "%s", until it is another',
  async (query) => {
    const { hub, ask } = await serve()
    const asking = () => ask(`/baro/channels/chat:1${query}`, { headers: { 'accept-encoding': 'gzip' } })
    zipped.times = 0
    for (const text of ['a', 'b']) {
      await publishAll(hub, 'chat:1', text.repeat(2_000))
      const answers = [...(await Promise.all([asking(), asking()])), await asking()]
      for (const { headers, bytes } of answers) {
        expect(headers['content-encoding']).toBe('gzip')
        expect(gunzipSync(bytes).toString()).toContain(text.repeat(2_000))
      }
    }
    expect(zipped.times).toBe(2)
  },
)
