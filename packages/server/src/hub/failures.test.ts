/** What goes wrong in real life, once each: the log has a line that names the cause, and so has the answer to why. */
import type { Json } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { createStage, type FakeClient, room, type Stage, subscribe } from '../../test/fake-client.ts'
import { serve } from '../../test/http-stage.ts'
import type { AnyHandlers } from '../channel/handlers.ts'
import { hubEventNames } from '../observe/hub-events.ts'
import type { WhyAsked } from './answer-why.ts'
import type { HubOptions } from './hub.ts'

const start = Date.UTC(2026, 0, 1)

interface Failure {
  /** The code that a person looks up. */
  readonly code: string | number
  /** Words that the answer must say. */
  readonly says: RegExp
  readonly options?: Partial<HubOptions>
  readonly handlers?: Partial<AnyHandlers>
  /** Makes it happen; returns what somebody would ask. */
  happens(stage: Stage): Promise<WhyAsked>
}

const roomOne = room({ id: 1 })
const ofAda: WhyAsked = { user: 'ada', channel: roomOne }

async function follow(stage: Stage, position?: string): Promise<FakeClient> {
  const client = await stage.connect('ada')
  await subscribe(client, 1, position)
  return client
}

async function publish({ hub, settle }: Stage, count: number, text = 'x'): Promise<string> {
  let position = ''
  for (let index = 0; index < count; index++) {
    position = (await hub.publish(roomOne, 'message', { text })).position
    await settle()
  }
  return position
}

const say = (client: FakeClient, payload: Json, type = 'message') =>
  client.ask('baro:publish', { channel: 'room:1', id: 'one', type, payload })

const failures: Readonly<Record<string, Failure>> = {
  'a token that has expired': {
    code: 'expired',
    says: /has expired|expired/,
    options: { auth: ({ token }) => ({ id: String(token), expiresAtMs: 1 }) },
    async happens({ connect }) {
      await connect('ada')
      return {}
    },
  },
  'a token that expires on an open link': {
    code: 4006,
    says: /4006/,
    options: { auth: ({ token }) => ({ id: String(token), expiresAtMs: start + 3_600_000 }) },
    async happens(stage) {
      const client = await follow(stage)
      for (let hour = 0; hour < 3_700; hour += 20) {
        client.send('baro:heartbeat', {})
        await stage.clock.pass(20_000)
      }
      return ofAda
    },
  },
  'a token that auth does not accept': {
    code: 'unauthenticated',
    says: /not accepted/,
    options: {
      auth() {
        throw new Error('no such user')
      },
    },
    async happens({ connect }) {
      await connect('ada')
      return {}
    },
  },
  'a phone that reads slowly': {
    code: 'slow',
    says: /did not read fast enough/,
    options: { limits: { maxOutboxBytes: 1_000 } },
    async happens(stage) {
      const client = await follow(stage)
      client.socket.isStuck = true
      await publish(stage, 20, 'x'.repeat(300))
      return ofAda
    },
  },
  'a signal for a phone that reads slowly': {
    code: 'slow',
    says: /a signal was left out/,
    options: { limits: { maxOutboxBytes: 1_000 } },
    async happens(stage) {
      const client = await follow(stage)
      client.socket.isStuck = true
      client.socket.waitingBytes = 2_000
      client.send('baro:unsubscribe', { channel: 'room:9' })
      await stage.settle()
      await stage.hub.signal(roomOne, 'typing', { on: true })
      await stage.settle()
      return ofAda
    },
  },
  'a page that is older than the history': {
    code: 'trimmed',
    says: /not kept any more/,
    async happens(stage) {
      const old = await publish(stage, 1)
      await publish(stage, 20)
      await follow(stage, old)
      return ofAda
    },
  },
  'a broker that was emptied': {
    code: 'epoch',
    says: /another life of the stream/,
    async happens(stage) {
      const position = await publish(stage, 1)
      await follow(stage, position.replace(/^1a\.[^.]+/, '1a.other'))
      return ofAda
    },
  },
  'a broker that has lost its newest publications': {
    code: 'beyond-head',
    says: /beyond the end/,
    async happens(stage) {
      const position = await publish(stage, 7)
      await follow(stage, position.replace(/\.7\./, '.8.'))
      return ofAda
    },
  },
  'a delivery that the broker has lost': {
    code: 'gap',
    says: /did not tell all/,
    async happens(stage) {
      await follow(stage)
      stage.broker.onDeliver = () => []
      await publish(stage, 1)
      stage.broker.onDeliver = (delivery) => [delivery]
      await publish(stage, 1)
      return ofAda
    },
  },
  'a new version that is deployed': {
    code: 'drain',
    says: /This node stops/,
    async happens(stage) {
      await follow(stage)
      void stage.hub.drain({ spreadMs: 0, timeoutMs: 10 })
      await stage.settle()
      return {}
    },
  },
  'a proxy that cuts the link': {
    code: 1006,
    says: /A proxy/,
    async happens(stage) {
      const client = await follow(stage)
      client.link.closed()
      return ofAda
    },
  },
  'a client that does not answer any more': {
    code: 4002,
    says: /4002/,
    async happens(stage) {
      await follow(stage)
      await stage.clock.pass(100_000)
      return ofAda
    },
  },
  'a page of another version': {
    code: 'outdated',
    says: /is version "1" here and "0"/,
    async happens(stage) {
      const client = await stage.connect('ada')
      await client.ask('baro:subscribe', { channel: 'room:1', attempt: 1, version: '0' })
      return ofAda
    },
  },
  'a rule that refuses': {
    code: 'refused',
    says: /access rule of "room:1" does not allow/,
    handlers: { access: () => false },
    async happens(stage) {
      await follow(stage)
      return ofAda
    },
  },
  'a rule that throws': {
    code: 'handler-failed',
    says: /threw at "room:1"/,
    handlers: {
      access() {
        throw new Error('no database')
      },
    },
    async happens(stage) {
      await follow(stage)
      return ofAda
    },
  },
  'a rule that does not let it have history': {
    code: 'refused',
    says: /does not let it have history/,
    handlers: { access: ({ action }) => action !== 'history' },
    async happens(stage) {
      const old = await publish(stage, 1)
      await publish(stage, 2)
      await follow(stage, old)
      return ofAda
    },
  },
  'a handler that throws': {
    code: 'handler-failed',
    says: /threw at "room:1"/,
    handlers: {
      events: {
        message() {
          throw new Error('no database')
        },
      },
    },
    async happens(stage) {
      await say(await follow(stage), { text: 'hello' })
      return ofAda
    },
  },
  'a payload that the schema refuses': {
    code: 'invalid-payload',
    says: /schema of its type refuses/,
    handlers: { events: { message: ({ payload, publish: send }) => send('message', payload) } },
    async happens(stage) {
      await say(await follow(stage), { text: 7 })
      return ofAda
    },
  },
  'a type that no handler takes': {
    code: 'not-accepted',
    says: /note/,
    async happens(stage) {
      await say(await follow(stage), { text: 'hello' }, 'note')
      return ofAda
    },
  },
  'a client that sends too much': {
    code: 'rate-limited',
    says: /sends more than it may/,
    options: { limits: { messagesPerSecond: 1 } },
    async happens(stage) {
      const client = await follow(stage)
      for (let sent = 0; sent < 5; sent++) client.link.spend(1, 10)
      return ofAda
    },
  },
  'too many connections of one user': {
    code: 'rate-limited',
    says: /connections of this user are open/,
    options: { limits: { maxConnectionsPerUser: 1 } },
    async happens(stage) {
      await follow(stage)
      await stage.connect('ada')
      return {}
    },
  },
  'too many channels on one connection': {
    code: 'too-many-subscriptions',
    says: /may follow 1 channels/,
    options: { limits: { maxSubscriptions: 1 } },
    async happens(stage) {
      const client = await follow(stage)
      await client.ask('baro:subscribe', { channel: 'room:2', attempt: 1, version: '1' })
      return { user: 'ada', channel: room({ id: 2 }) }
    },
  },
  'a channel that nobody has defined': {
    code: 'unknown-channel',
    says: /lobby/,
    async happens({ connect }) {
      const client = await connect('ada')
      await client.ask('baro:subscribe', { channel: 'lobby:1', attempt: 1, version: '1' })
      return { user: 'ada' }
    },
  },
  'a reducer that throws': {
    code: 'reducer-failed',
    says: /All skip that publication/,
    async happens(stage) {
      await follow(stage)
      await publish(stage, 1, 'throw')
      return ofAda
    },
  },
  'a user whose right was taken back': {
    code: 'refused',
    says: /room:1/,
    async happens(stage) {
      await follow(stage)
      await stage.hub.revoke({ user: 'ada', channel: roomOne })
      await stage.settle()
      return ofAda
    },
  },
}

describe.each(Object.entries(failures))('%s', (_, { code, says, options, handlers, happens }) => {
  test('is named by the log, with fields, and by the answer to why', async () => {
    const stage = createStage(options)
    stage.hub.on(room, { access: () => true, ...handlers })
    const answer = await stage.hub.why(await happens(stage))
    const found = [...answer.sessions, ...answer.sessions.flatMap(({ troubles }) => troubles), ...answer.troubles]
    expect(
      found
        .filter((one) => one.code === code)
        .map(({ sentence }) => sentence)
        .join('\n'),
    ).toMatch(says)
    expect(stage.log.lines.map(({ fields }) => fields.code)).toContain(code)
  })
})

describe('an origin that is not allowed', () => {
  test('is named by the log, with what allows it, and by the answer to why', async () => {
    const { hub, ask, log } = await serve()
    await ask('/baro/channels/news:1', { headers: { origin: 'https://evil.example' } })
    const { troubles } = await hub.why()
    expect(troubles).toMatchObject([{ code: 'origin-refused', sentence: expect.stringMatching(/This origin/) }])
    expect(log.lines.map(({ fields, message }) => [fields.code, message])).toContainEqual([
      'origin-refused',
      expect.stringContaining('origins: ["https://evil.example"]'),
    ])
  })
})

describe('why somebody missed a publication', () => {
  test('is answered by its id or its offset, for each of their sessions', async () => {
    const stage = createStage()
    stage.hub.on(room, { access: () => true })
    const client = await follow(stage)
    await publish(stage, 1)
    client.link.closed()
    await stage.clock.pass(1)
    const { id } = await stage.hub.publish(roomOne, 'message', { text: 'x' })
    const missed = await stage.hub.why({ ...ofAda, publication: id })
    expect(missed.publication).toMatchObject({ offset: 2, id, type: 'message' })
    expect(missed.sessions).toMatchObject([{ outcome: 'missed', cause: 'disconnected', code: 1006 }])
    const got = await stage.hub.why({ ...ofAda, publication: 1 })
    expect(got.sessions).toMatchObject([{ outcome: 'live' }])
    await follow(stage)
    const back = await stage.hub.why({ ...ofAda, publication: id })
    expect(back.sessions.map(({ outcome }) => outcome).sort()).toEqual(['in-state', 'missed'])
  })

  test('of a hub without a journal is that nobody knows', async () => {
    const stage = createStage({ maxJournalBytes: 0 })
    stage.hub.on(room, { access: () => true })
    await follow(stage)
    expect((await stage.hub.why(ofAda)).sessions).toEqual([])
  })
})

test('no event, no line of the log and no answer holds a token or a payload', async () => {
  const secret = 'a-very-private-text'
  const stage = createStage({ auth: ({ token }) => ({ id: token === undefined ? 'nobody' : 'ada' }) })
  stage.hub.on(room, {
    access: () => true,
    events: { message: ({ payload, publish: send }) => send('message', payload) },
  })
  const told: unknown[] = []
  stage.hub.observe(Object.fromEntries(hubEventNames.map((name) => [name, (event: unknown) => told.push(event)])))
  const client = await stage.connect(secret)
  await subscribe(client, 1)
  await say(client, { text: secret })
  await say(client, { text: 1, secret })
  await client.ask('baro:subscribe', { channel: `room:${secret} ${secret}`, attempt: 1, version: '1' })
  await client.ask('baro:subscribe', { channel: 'room:2', position: secret, attempt: 1, version: '1' })
  client.link.receive(`{ "type": "baro:publish", "payload": "${secret}`)
  await stage.settle()
  expect(told.length).toBeGreaterThan(6)
  const all = JSON.stringify([told, stage.log.lines, await stage.hub.why(), await stage.hub.why(ofAda)])
  expect(all).not.toContain(secret)
})
