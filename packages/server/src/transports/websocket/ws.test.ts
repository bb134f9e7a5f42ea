import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const hub = new URL('../../index.ts', import.meta.url)

/** A message that is long enough for the addon, through a hub of its own. */
const code = `
import { createHub } from ${JSON.stringify(fileURLToPath(hub))}
import { channel } from '@baro/core'
import { WebSocket } from 'ws'
import { createRequire } from 'node:module'
const isEmpty = Object.keys(createRequire(import.meta.url)('bufferutil')).length === 0
const any = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } }
const lines = channel('lines', { events: { line: any } })
const hub = createHub({ channels: [lines] })
hub.on(lines, { access: 'public', events: { line: ({ payload, publish }) => publish('line', payload) } })
const { port } = await hub.listen(0, '127.0.0.1')
const socket = new WebSocket('ws://127.0.0.1:' + port + '/baro/channels/lines?view=payload&after=none')
socket.on('open', () => socket.send(JSON.stringify({ type: 'line', payload: 'x'.repeat(100) })))
socket.on('message', (data) => {
  console.log(isEmpty, String(data).length, process.env.WS_NO_BUFFER_UTIL)
  process.exit()
})
`

test('a message comes through where a bundler has put an empty module in the place of the addon of ws', () => {
  const folder = mkdtempSync(join(tmpdir(), 'baro-ws-'))
  try {
    mkdirSync(join(folder, 'bufferutil'))
    writeFileSync(join(folder, 'bufferutil', 'index.js'), 'module.exports = {}')
    const { WS_NO_BUFFER_UTIL: _, ...env } = process.env
    const printed = execFileSync(
      process.execPath,
      ['--conditions=baro-source', '--import', 'tsx', '--input-type=module', '-e', code],
      {
        cwd: fileURLToPath(new URL('.', import.meta.url)),
        env: { ...env, NODE_PATH: folder, NODE_OPTIONS: '' },
        encoding: 'utf8',
        stdio: 'pipe',
      },
    )
    expect(printed.trim()).toBe('true 100 undefined')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
