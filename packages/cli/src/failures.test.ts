/** What goes wrong in real life, once each: one command names the cause. */
import { createServer } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { createServerKey, type HubOptions } from '@baro/server'
import { describe, expect, test } from 'vitest'
import { listen, proxy, room, type Stage, serve } from '../test/stage.ts'

let key = 'unmade'

interface Failure {
  readonly options?: Partial<HubOptions>
  readonly handlers?: Parameters<typeof serve>[1]
  /** Makes it happen; returns the command that somebody would type. */
  happens(stage: Stage): Promise<readonly string[]>
  /** Words that its answer must say. */
  readonly says: RegExp
}

const roomOne = room({ id: 1 })
const ofAda = ['why', 'ada', '--channel', 'room:1']

async function publish({ hub }: Stage, count: number, text = 'x'): Promise<string> {
  let position = ''
  for (let index = 0; index < count; index++)
    position = (await hub.publish(roomOne, 'message', { text: text === 'x' ? `${index}` : text })).position
  return position
}

const hello = ['--token', 'ada', 'publish', 'room:1', 'message', '{"text":"hello"}']
const expired: HubOptions['auth'] = ({ token }) => ({ id: String(token), expiresAtMs: 1 })
const fault = () => {
  throw new Error('no database')
}

const failures: Readonly<Record<string, Failure>> = {
  'a token that has expired': {
    options: { auth: expired },
    async happens({ baro }) {
      await baro(...hello)
      return ['why']
    },
    says: /expired .*token has expired/i,
  },
  'a token that auth does not accept, before anybody connects': {
    options: { auth: () => fault() },
    happens: async () => ['--token', 'ada', 'doctor'],
    says: /websocket .*"unauthenticated"/,
  },
  'an origin that is not allowed': {
    happens: async () => ['doctor', '--origin', 'https://shop.example'],
    says: /origin-refused.*createHub\(\{ origins: \["https:\/\/shop\.example"\] \}\)/,
  },
  'a proxy that changes the host': {
    options: { development: false },
    happens: async ({ port }) => ['doctor', await proxy(port, { host: 'inside:80' })],
    says: /origin-refused.*trustProxy: 1/,
  },
  'a proxy that lets no WebSocket through': {
    happens: async ({ port }) => ['doctor', await proxy(port)],
    says: /✗ websocket No WebSocket gets through.*proxy_set_header Upgrade[\s\S]*✓ sse/,
  },
  'a proxy that buffers event streams': {
    happens: async ({ port }) => ['doctor', await proxy(port, { buffers: true }), '--patience', '1'],
    says: /✗ sse +The event stream is buffered.*proxy_buffering off[\s\S]*✓ poll/,
  },
  'a proxy that cuts quiet links': {
    happens: async ({ port }) => ['doctor', await proxy(port, { cutsUpgrades: true }), '--idle', '1'],
    says: /✗ websocket A link that was open and quiet was cut.*proxy_read_timeout/,
  },
  'a server that is not there': {
    happens: async () => ['doctor', 'http://127.0.0.1:2'],
    says: /✗ hub +Nothing listens at 127\.0\.0\.1:2/,
  },
  'a server that is no hub': {
    async happens() {
      return ['doctor', await listen(createServer((_, response) => response.end('<h1>Hello</h1>')))]
    },
    says: /✗ hub +What answers at .* is no hub: 200/,
  },
  'a new version that is deployed': {
    async happens({ hub, follow }) {
      await follow('ada')
      void hub.drain({ spreadMs: 0, timeoutMs: 10 })
      return ['doctor']
    },
    says: /✗ hub +draining.*This node stops/,
  },
  'a page that is older than the history': {
    async happens(stage) {
      const old = await publish(stage, 1)
      await publish(stage, 9)
      await (await stage.follow('ada', old)).heard('baro:reset')
      return ofAda
    },
    says: /trimmed .*not kept any more/,
  },
  'a broker that was emptied': {
    async happens(stage) {
      const position = await publish(stage, 1)
      await (await stage.follow('ada', position.replace(/^1a\.[^.]+/, '1a.other'))).heard('baro:reset')
      return ofAda
    },
    says: /epoch .*another life of the stream/,
  },
  'a broker that has lost its newest publications': {
    async happens(stage) {
      const position = await publish(stage, 3)
      await (await stage.follow('ada', position.replace(/\.3\./, '.4.'))).heard('baro:reset')
      return ofAda
    },
    says: /beyond-head .*beyond the end/,
  },
  'a page of another version': {
    async happens({ follow }) {
      await (await follow('ada', 'none', '0')).heard('baro:error')
      return ofAda
    },
    says: /is version "1" here and "0".*\[outdated\]/,
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
    says: /missed: .*A proxy.*\[1006\]/,
  },
  'a message that nobody missed': {
    async happens(stage) {
      await stage.follow('ada')
      await publish(stage, 1)
      return [...ofAda, '--publication', '1']
    },
    says: /live: It was live when the publication came/,
  },
  'a rule that refuses': {
    handlers: { access: () => false },
    async happens({ connect }) {
      const ada = await connect('ada')
      ada.send('baro:subscribe', { channel: 'room:1', attempt: 1, version: '1' })
      await ada.heard('baro:error')
      return ofAda
    },
    says: /access rule of "room:1" does not allow.*\[refused\]/,
  },
  'a rule that throws': {
    handlers: { access: fault },
    async happens({ baro }) {
      await baro('--token', 'ada', 'get', 'room:1')
      return ['why']
    },
    says: /handler-failed .*threw at ".*room:1"/,
  },
  'a handler that throws': {
    handlers: { events: { message: fault } },
    async happens({ baro }) {
      await baro(...hello)
      return ['why']
    },
    says: /handler-failed .*threw at "room:1"/,
  },
  'a payload that the schema refuses': {
    happens: async () => ['--token', 'ada', 'publish', 'room:1', 'message', '{"text":7}'],
    says: /invalid-payload .*expected string, received number/,
  },
  'a type that no handler takes': {
    happens: async () => ['--token', 'ada', 'publish', 'room:1', 'note', '{}'],
    says: /not-accepted .*note/,
  },
  'a channel that nobody has defined': {
    happens: async () => ['get', 'lobby:1'],
    says: /unknown-channel .*lobby:1/,
  },
  'too many connections of one user': {
    options: { limits: { maxConnectionsPerUser: 1 } },
    async happens(stage) {
      await stage.follow('ada')
      await (await stage.connect('ada')).heard('baro:error')
      return ['why']
    },
    says: /rate-limited .*connections of this user are open/,
  },
  'too many channels on one connection': {
    options: { limits: { maxSubscriptions: 1 } },
    async happens({ follow }) {
      const ada = await follow('ada')
      ada.send('baro:subscribe', { channel: 'room:2', attempt: 1, version: '1' })
      await ada.heard('baro:error')
      return ['why', 'ada', '--channel', 'room:2']
    },
    says: /may follow 1 channels.*\[too-many-subscriptions\]/,
  },
  'a reducer that throws': {
    async happens(stage) {
      await stage.follow('ada')
      await publish(stage, 1, 'throw')
      return ofAda
    },
    says: /reducer-failed .*All skip that publication/,
  },
  'a user whose right was taken back': {
    async happens({ hub, follow }) {
      const ada = await follow('ada')
      await hub.revoke({ user: 'ada', channel: roomOne })
      await ada.heard('baro:error')
      return ofAda
    },
    says: /room:1.*\[refused\]/,
  },
  'a server key that is for other channels': {
    async happens({ url }) {
      return ['--hub', url, '--key', key, 'publish', 'room:1', 'message', '{"text":"hello"}']
    },
    options: { keys: [{ name: 'orders', hashes: [hashOfKey()], channels: ['room:7'], actions: ['publish'] }] },
    says: /refused .*orders/,
  },
}

function hashOfKey(): string {
  const created = createServerKey('orders')
  key = created.key
  return created.hash
}

describe.each(Object.entries(failures))('%s', (name, { options, handlers, happens, says }) => {
  test(`is named by one command`, async () => {
    const stage = await serve(options, handlers)
    const { out, err, code } = await stage.baro(...(await happens(stage)))
    expect(`${out}${err}`).toMatch(says)
    expect(code, name).not.toBe(70)
  })
})

test('there are twenty of them, and more', () => {
  expect(Object.keys(failures).length).toBeGreaterThanOrEqual(20)
})
