/** What docs/programs.md says of a key is done: its lines make one, and publish with it, from a shell and from Python. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { channel } from '@baro/core'
import { createHub, type ServerKey } from '@baro/server'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { readSource } from './source-files.ts'

const execute = promisify(execFile)

const room = channel('room:{id}', {
  events: { message: z.object({ text: z.string() }) },
  state: { initial: (): string[] => [], on: { message: (list, { payload }) => [...list, payload.text] } },
})

test.each(['docs/programs.md', 'docs/ko/programs.md'])('the lines of %s', async (document) => {
  const [makeKey = '', curl = ''] = [...readSource(document).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(
    ([, lines]) => lines ?? '',
  )
  const [, python = ''] = /^```python\n([\s\S]*?)^```$/m.exec(readSource(document)) ?? []

  const made = await execute('sh', ['-c', makeKey.replace('node ', 'node --conditions=baro-source --import tsx ')])
  const [, key = '', hash = ''] = /key: '(\S+)',\s+hash: '(\S+)'/.exec(made.stdout) ?? []
  const serverKey: ServerKey = { name: 'orders', hashes: [hash], channels: ['room:42'], actions: ['publish'] }
  const hub = createHub({ channels: [room], keys: [serverKey] })
  hub.on(room, { access: () => false })
  const { port, close } = await hub.listen(0)
  try {
    const env = { ...process.env, BARO_KEY: key }
    const here = (lines: string) => lines.replaceAll('localhost:3000', `localhost:${port}`)
    const run = async (command: string, ...args: readonly string[]) => (await execute(command, args, { env })).stdout

    const first = JSON.parse(await run('sh', '-c', here(curl)))
    expect(first).toEqual({ id: 'order-7-paid', position: expect.any(String) })
    expect(JSON.parse(await run('sh', '-c', here(curl)))).toEqual(first)

    const printed = await run('python3', '-c', here(python))
    expect(printed).toMatch(/^room:42 1a\.\S+\nroom:43 The server key "orders" is not for "room:43"/)
    expect(await run('python3', '-c', here(python))).toBe(printed)
    expect((await hub.snapshot(room({ id: 42 }))).value).toEqual(['from a shell', 'first', 'second'])
  } finally {
    await close()
    await hub.close()
  }
})
