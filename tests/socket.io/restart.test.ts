/** A server with its channels on disk, which starts again on its port while a client of Socket.IO is there. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as pathOf } from 'node:path'
import { createDiskBroker } from '@baro/disk'
import type { Socket } from 'socket.io-client'
import { expect, test } from 'vitest'
import { atEnd, heardBy, join, type Node, room, startNode, until } from './stage.ts'

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const text = (said: string) => ({ text: said })

/** A node on a folder. It ends before its broker. */
async function startOn(
  folder: string,
  port?: number,
): Promise<{ node: Node; close(clientsStay: boolean): Promise<void> }> {
  const broker = await createDiskBroker({ folder, log: quiet })
  atEnd(() => broker.close())
  const node = await startNode({ broker, ...(port !== undefined && { port }) })
  return {
    node,
    async close(clientsStay) {
      await node.stop({ clientsStay })
      await broker.close()
    },
  }
}

function newFolder(): string {
  const root = mkdtempSync(pathOf(tmpdir(), 'baro-restart-'))
  atEnd(() => rmSync(root, { recursive: true, force: true }))
  return pathOf(root, 'kept')
}

const portOf = (node: Node) => Number(new URL(node.url).port)
const again = (socket: Socket) => new Promise<void>((resolve) => socket.once('connect', resolve))

async function say(node: Node, id: number, said: string): Promise<void> {
  await node.hub.publish(room({ id }), 'message', text(said))
}

test('a server that stops and starts again recovers its clients, in each of their rooms, and they miss nothing', async () => {
  const folder = newFolder()
  const first = await startOn(folder)
  const ada = await first.node.connected()
  const { id } = ada
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  await join(ada, 'room:2')
  await say(first.node, 1, 'a')
  await until(ada, () => heard.length === 1)
  const back = again(ada)
  await first.close(true)

  // What comes from elsewhere before the client is back.
  const second = await startOn(folder, portOf(first.node))
  await say(second.node, 1, 'b')
  await say(second.node, 2, 'c')
  await back
  expect([ada.recovered, ada.id]).toEqual([true, id])
  await say(second.node, 2, 'd')
  await until(ada, () => heard.length === 4)
  // Each room has an order; between rooms there is none.
  const inRoom = (...said: readonly string[]) => heard.filter((one) => said.includes((one as { text: string }).text))
  expect([inRoom('a', 'b'), inRoom('c', 'd')]).toEqual([['a', 'b'].map(text), ['c', 'd'].map(text)])
  await second.close(false)
})

test('a server that was killed lets its clients begin again: `recovered` is false, and nothing comes twice', async () => {
  const folder = newFolder()
  const first = await startOn(folder)
  const ada = await first.node.connected()
  const heard = heardBy(ada)
  await join(ada, 'room:1')
  await say(first.node, 1, 'a')
  await until(ada, () => heard.length === 1)
  // What a crash leaves: the folder as it is while the client is there.
  const left = `${folder}-left`
  cpSync(folder, left, { recursive: true })
  const back = again(ada)
  await first.close(true)

  const second = await startOn(left, portOf(first.node))
  await back
  expect(ada.recovered).toBe(false)
  await join(ada, 'room:1')
  await say(second.node, 1, 'b')
  await until(ada, () => heard.length === 2)
  expect(heard).toEqual(['a', 'b'].map(text))
  await second.close(false)
})
