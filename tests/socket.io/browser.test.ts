/** A browser, with the script that the hub serves, as pages of tutorials load it. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../e2e/browser.ts'
import { atEnd, room, startNode } from './stage.ts'

let browser: Browser

beforeAll(async () => {
  browser = await launchBrowser()
})

afterAll(() => browser.close())

/** The client of the script, as far as this page uses it. */
interface PageSocket {
  readonly recovered: boolean
  readonly io: { readonly engine: { close(): void; readonly transport: { readonly name: string } } }
  on(type: string, run: (payload: { text: string }) => void): void
  emit(type: string, ...args: unknown[]): void
  connect(): void
}
declare const io: () => PageSocket
declare const hear: (text: string) => void

test('hears and says what an EventSource and a WebSocket in the same page do, in one order, through a cut', async () => {
  const node = await startNode()
  const page = await browser.newPage()
  atEnd(() => page.close())
  const heard: string[] = []
  let look = () => {}
  await page.exposeFunction('hear', (text: string) => {
    heard.push(text)
    look()
  })
  const untilHeard = (isSo: () => boolean) =>
    new Promise<void>((resolve) => {
      look = () => isSo() && resolve()
      look()
    })
  await page.goto(node.url)
  await page.addScriptTag({ url: '/socket.io/socket.io.js' })
  await page.evaluate(() => {
    const source = new EventSource('/baro/channels/room:1?view=payload')
    source.onmessage = ({ data }) => hear(`EventSource ${JSON.parse(data).text}`)
    const plain = new WebSocket(`${location.origin.replace('http', 'ws')}/baro/channels/room:1`)
    plain.onmessage = ({ data }) => {
      const { type, payload } = JSON.parse(data)
      if (type === 'message') hear(`WebSocket ${payload.text}`)
    }
    const socket = io()
    Object.assign(window, { socket, plain })
    source.onopen = plain.onopen = () => hear('open')
    socket.on('message', ({ text }) => hear(`Socket.IO ${text}`))
    socket.on('connect', () => {
      if (socket.recovered) return hear('recovered')
      socket.emit('join', 'room:1', () => hear('open'))
    })
  })
  await untilHeard(() => heard.filter((one) => one === 'open').length === 3)
  await page.evaluate(() => {
    const { socket, plain } = window as unknown as { socket: PageSocket; plain: WebSocket }
    socket.emit('message', 'room:1', { text: 'a' })
    plain.send(JSON.stringify({ type: 'message', payload: { text: 'b' } }))
  })
  await untilHeard(() => heard.filter((one) => / [ab]$/.test(one)).length === 6)
  await page.evaluate(() => {
    const { socket } = window as unknown as { socket: PageSocket }
    socket.io.engine.close()
    socket.connect()
  })
  await node.hub.publish(room({ id: 1 }), 'message', { text: 'c' })
  await untilHeard(() => heard.includes('recovered') && heard.filter((one) => one.endsWith(' c')).length === 3)
  const by = (kind: string) => heard.filter((one) => one.startsWith(kind)).map((one) => one.slice(kind.length + 1))
  expect(by('Socket.IO')).toEqual(by('EventSource'))
  expect(by('WebSocket')).toEqual(by('EventSource'))
  expect(by('EventSource').toSorted()).toEqual(['a', 'b', 'c'])
})
