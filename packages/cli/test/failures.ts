/** What goes wrong in real life, once each. docs/debugging.md has a row for each of them, in this order. */
import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { createServerKey, type HubOptions } from '@baro/server'
import { listen, proxy, room, type Stage, type serve } from './stage.ts'

let key = 'unmade'

/** Something that goes wrong. */
export interface Failure {
  readonly options?: Partial<HubOptions>
  readonly handlers?: Parameters<typeof serve>[1]
  /** Makes it happen; returns the command that somebody would type. */
  happens(stage: Stage): Promise<readonly string[]>
}

const roomOne = room({ id: 1 })
const ofAda = ['why', 'ada', '--channel', 'room:1']

async function publish({ hub }: Stage, count: number, text?: string): Promise<string> {
  let position = ''
  for (let index = 0; index < count; index++)
    position = (await hub.publish(roomOne, 'message', { text: text ?? `${index}` })).position
  return position
}

/** A text that no compression makes shorter. */
const long = (): string => randomBytes(1 << 18).toString('base64')

const hello = ['--token', 'ada', 'publish', 'room:1', 'message', '{"text":"hello"}']
const expired: HubOptions['auth'] = ({ token }) => ({ id: String(token), expiresAtMs: 1 })
const fault = () => {
  throw new Error('no database')
}

/** By what a person would call it. */
export const failures: Readonly<Record<string, Failure>> = {
  'a server that is not there': {
    happens: async () => ['doctor', 'http://127.0.0.1:2'],
  },
  'a server that is no hub': {
    async happens() {
      return ['doctor', await listen(createServer((_, response) => response.end('<h1>Hello</h1>')))]
    },
  },
  'a proxy that lets no WebSocket through': {
    happens: async ({ port }) => ['doctor', await proxy(port)],
  },
  'a proxy that buffers event streams': {
    happens: async ({ port }) => ['doctor', await proxy(port, { buffers: true }), '--patience', '1'],
  },
  'a proxy that cuts quiet links': {
    happens: async ({ port }) => ['doctor', await proxy(port, { cutsUpgrades: true }), '--idle', '1'],
  },
  'a proxy that changes the host': {
    options: { development: false },
    happens: async ({ port }) => ['doctor', await proxy(port, { host: 'inside:80' })],
  },
  'an origin that is not allowed': {
    happens: async () => ['doctor', '--origin', 'https://shop.example'],
  },
  'a token that has expired': {
    options: { auth: expired },
    async happens({ baro }) {
      await baro(...hello)
      return ['why']
    },
  },
  'a token that auth does not accept, before anybody connects': {
    options: { auth: () => fault() },
    happens: async () => ['--token', 'ada', 'doctor'],
  },
  'a rule that refuses': {
    handlers: { access: () => false },
    async happens({ connect }) {
      const ada = await connect('ada')
      ada.send('baro:subscribe', { channel: 'room:1', attempt: 1, version: '1' })
      await ada.heard('baro:error')
      return ofAda
    },
  },
  'a user whose right was taken back': {
    async happens({ hub, follow }) {
      const ada = await follow('ada')
      await hub.revoke({ user: 'ada', channel: roomOne })
      await ada.heard('baro:error')
      return ofAda
    },
  },
  'a server key that is for other channels': {
    async happens({ url }) {
      return ['--hub', url, '--key', key, 'publish', 'room:1', 'message', '{"text":"hello"}']
    },
    options: { keys: [{ name: 'orders', hashes: [hashOfKey()], channels: ['room:7'], actions: ['publish'] }] },
  },
  'too many connections of one user': {
    options: { limits: { maxConnectionsPerUser: 1 } },
    async happens(stage) {
      await stage.follow('ada')
      await (await stage.connect('ada')).heard('baro:error')
      return ['why']
    },
  },
  'too many channels on one connection': {
    options: { limits: { maxSubscriptions: 1 } },
    async happens({ follow }) {
      const ada = await follow('ada')
      ada.send('baro:subscribe', { channel: 'room:2', attempt: 1, version: '1' })
      await ada.heard('baro:error')
      return ['why', 'ada', '--channel', 'room:2']
    },
  },
  'a message that came while the link was cut': {
    async happens(stage) {
      const gone = new Promise<void>((resolve) => stage.hub.on('disconnected', () => resolve()))
      ;(await stage.follow('ada')).cut()
      await gone
      // The journal and the history count in milliseconds: what came in the one of the cut may have been handed over.
      for (const atMs = Date.now(); Date.now() === atMs; ) await setImmediate()
      await publish(stage, 1)
      return [...ofAda, '--publication', '1']
    },
  },
  'a phone that reads slowly': {
    options: { limits: { maxOutboxBytes: 1 << 16 } },
    async happens(stage) {
      const ada = await stage.follow('ada')
      let isCut = false
      stage.hub.observe({ cut: () => (isCut = true) })
      ada.stopReading()
      // First the kernel fills what it keeps for a link, which is some megabytes.
      while (!isCut) {
        await stage.hub.publish(roomOne, 'picture', { data: long() })
        // What is published in one turn of the event loop is handed on at its end.
        await setImmediate()
      }
      return ofAda
    },
  },
  'a signal for a phone that reads slowly': {
    options: { limits: { maxOutboxBytes: 1 << 16 } },
    async happens(stage) {
      const ada = await stage.follow('ada')
      let isDropped = false
      stage.hub.observe({ 'signal-dropped': () => (isDropped = true) })
      ada.stopReading()
      while (!isDropped) {
        await stage.hub.signal(roomOne, 'drawing', { points: long() })
        await setImmediate()
      }
      return ofAda
    },
  },
  'a signal for a page that polls': {
    async happens(stage) {
      const position = await publish(stage, 1)
      await publish(stage, 1)
      await stage.baro('--token', 'ada', 'get', 'room:1', '--after', position)
      await stage.hub.signal(roomOne, 'typing', { on: true })
      return ofAda
    },
  },
  'a page that is older than the history': {
    async happens(stage) {
      const old = await publish(stage, 1)
      await publish(stage, 9)
      await (await stage.follow('ada', old)).heard('baro:reset')
      return ofAda
    },
  },
  'a broker that was emptied': {
    async happens(stage) {
      const position = await publish(stage, 1)
      await (await stage.follow('ada', position.replace(/^1a\.[^.]+/, '1a.other'))).heard('baro:reset')
      return ofAda
    },
  },
  'a broker that has lost its newest publications': {
    async happens(stage) {
      const position = await publish(stage, 3)
      await (await stage.follow('ada', position.replace(/\.3\./, '.4.'))).heard('baro:reset')
      return ofAda
    },
  },
  'a page of another version': {
    async happens({ follow }) {
      await (await follow('ada', 'none', '0')).heard('baro:error')
      return ofAda
    },
  },
  'a new version that is deployed': {
    async happens({ hub, follow }) {
      await follow('ada')
      void hub.drain({ spreadMs: 0, timeoutMs: 10 })
      return ['doctor']
    },
  },
  'a message that nobody missed': {
    async happens(stage) {
      await stage.follow('ada')
      await publish(stage, 1)
      return [...ofAda, '--publication', '1']
    },
  },
  'a rule that throws': {
    handlers: { access: fault },
    async happens({ baro }) {
      await baro('--token', 'ada', 'get', 'room:1')
      return ['why']
    },
  },
  'a handler that throws': {
    handlers: { events: { message: fault } },
    async happens({ baro }) {
      await baro(...hello)
      return ['why']
    },
  },
  'a reducer that throws': {
    async happens(stage) {
      await stage.follow('ada')
      await publish(stage, 1, 'throw')
      return ofAda
    },
  },
  'a payload that the schema refuses': {
    happens: async () => ['--token', 'ada', 'publish', 'room:1', 'message', '{"text":7}'],
  },
  'a type that no handler takes': {
    happens: async () => ['--token', 'ada', 'publish', 'room:1', 'note', '{}'],
  },
  'a channel that nobody has defined': {
    happens: async () => ['get', 'lobby:1'],
  },
}

function hashOfKey(): string {
  const created = createServerKey('orders')
  key = created.key
  return created.hash
}
