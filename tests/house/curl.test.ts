/** The lines of curl in the documents are run against a hub, and do what is written there. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { channel } from '@baro/core'
import { createHub } from '@baro/server'
import { afterAll, expect, test } from 'vitest'
import { z } from 'zod'
import { exchangesIn, run, Translation } from './console.ts'
import { readSource } from './source-files.ts'

const folder = mkdtempSync(join(tmpdir(), 'baro-console-'))
const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true })]

afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** The room of PROTOCOL.md: a list of texts. */
const texts = channel('room:{id}', {
  events: { message: z.string() },
  state: { initial: (): string[] => [], on: { message: (list, { payload }) => [...list, payload] } },
})

/** The room of the READMEs. */
const room = channel('room:{id}', {
  events: { message: z.object({ text: z.string().min(1).max(2000) }) },
  state: {
    initial: (): { id: string; text: string }[] => [],
    on: { message: (list, { id, payload }) => [...list, { id, text: payload.text }].slice(-50) },
  },
})

async function serveTexts() {
  const hub = createHub({ channels: [texts] })
  hub.on(texts, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
  const { port, close } = await hub.listen(0)
  ends.push(close, () => hub.close())
  await hub.publish(texts({ id: 42 }), 'message', 'hi')
  return `http://localhost:${port}`
}

async function serveRoom() {
  const hub = createHub({ channels: [room] })
  hub.on(room, { access: 'public', events: { message: ({ payload, publish }) => publish('message', payload) } })
  const { port, close } = await hub.listen(0)
  ends.push(close, () => hub.close())
  return `localhost:${port}`
}

test('PROTOCOL.md: every command prints what is written below it', async () => {
  const origin = await serveTexts()
  const exchanges = exchangesIn(readSource('PROTOCOL.md'), 'console')
  const translation = new Translation()
  for (const { command, output } of exchanges) {
    const actual = await run(translation.write(command).replace('https://shop.example', origin), folder)
    translation.learn(output, actual)
    expect(actual, command).toBe(translation.write(output))
  }
  expect(exchanges.length).toBeGreaterThan(12)
})

test('PROTOCOL.md: an output that is not true would be found', async () => {
  const origin = await serveTexts()
  const [first] = exchangesIn(readSource('PROTOCOL.md'), 'console')
  const actual = await run((first?.command ?? '').replace('https://shop.example', origin), folder)
  const translation = new Translation()
  translation.learn(first?.output ?? '', actual)
  expect(translation.write(first?.output ?? '')).toBe(actual)
  expect(translation.write((first?.output ?? '').replace('"hi"', '"ho"'))).not.toBe(actual)
})

test.each([
  ['README.md', 'from a shell'],
  ['README.ko.md', '셸에서 보냅니다'],
])('%s: its lines read a room, publish to it, show its state, and follow it', async (readme, said) => {
  const host = await serveRoom()
  const lines = [...readSource(readme).matchAll(/^curl .*$/gm)].map(([line]) => line.replace('localhost:3000', host))
  expect(lines).toHaveLength(4)
  const [read = '', publish = '', state = '', follow = ''] = lines
  expect(JSON.parse(await run(read, folder))).toEqual({ snapshot: [], publications: [], position: expect.any(String) })
  const published = JSON.parse(await run(publish, folder))
  expect(published).toEqual({ id: expect.any(String), position: expect.any(String) })
  expect(JSON.parse(await run(state, folder))).toEqual([{ id: published.id, text: said }])
  // It never ends by itself.
  const heard = await run(`${follow} --max-time 0.5`, folder)
  expect(heard).toMatch(new RegExp(`^id: ${published.position}\ndata: {"type":"baro:reset",.*${said}`))
})
