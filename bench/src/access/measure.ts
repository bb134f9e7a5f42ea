import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { channel } from '@baro/core'
import { jwt } from '@baro/jwt'
import { type Access, type Auth, createHub, type Hub } from '@baro/server'
import type { Socket } from '@baro/server/parts'
import { z } from 'zod'

/** How a client says who it is. */
export const tokenKinds = ['none', 'HS256', 'ES256'] as const
/** Who may do what: anybody, or whom a rule lets. */
export const ruleKinds = ['public', 'rule', 'async rule'] as const

/** What access took. */
export type AccessRun =
  /** Microseconds of CPU to let a client in and to answer its first subscribe. */
  | { readonly token: (typeof tokenKinds)[number]; readonly micros: number }
  /** Microseconds of CPU for one more subscription, and for one message to a handler. */
  | { readonly rule: (typeof ruleKinds)[number]; readonly perSubscription: number; readonly perMessage: number }

const room = channel('room:{id}', { events: { message: z.string() } })
const secret = 'a secret of thirty-two bytes, or more of them'
const framing: Socket['framing'] = { name: 'bench', frame: (text) => Buffer.from(text) }
const atOnce = 100

/** The side of a client: it counts its answers. */
class Client {
  readonly link: ReturnType<Hub['connect']>
  readonly #waits: { count: number }

  constructor(hub: Hub, waits: { count: number }) {
    this.#waits = waits
    const socket: Socket = {
      framing,
      waitingBytes: 0,
      write: (pieces) => {
        const text = Buffer.concat(pieces).toString()
        waits.count -= text.split(/"baro:(?:recovered|reset|published|error)"/).length - 1
      },
      close: () => {},
    }
    this.link = hub.connect(socket, { headers: {}, url: '/baro/connect' })
  }

  connect(index: number, token: string | undefined): void {
    this.#send('baro:connect', { protocol: 1, client: `client-${index}`, ...(token !== undefined && { token }) })
  }

  subscribe(): void {
    this.#waits.count++
    this.#send('baro:subscribe', { channel: 'room:1', attempt: 1, version: '1' })
  }

  publish(number: number): void {
    this.#waits.count++
    const turn = { producer: 'a', number, confirmed: number - 1 }
    this.#send('baro:publish', { id: `p${number}`, channel: 'room:1', type: 'message', payload: 'hello', ...turn })
  }

  #send(type: string, payload: object): void {
    this.link.receive(JSON.stringify({ type, payload }))
  }
}

/** Lets so many clients in, a hundred at a time. */
export async function measureToken(token: (typeof tokenKinds)[number], clients: number): Promise<AccessRun> {
  const { auth, sign } = await issuerOf(token)
  const run = async (first: number): Promise<number> => {
    const hub = hubOf(auth, 'public')
    const tokens = Array.from({ length: clients }, (_, index) => sign?.(`user-${first + index}`))
    const waits = { count: 0 }
    const opened: Client[] = []
    const micros = await cpuOf(async () => {
      for (let index = 0; index < clients; ) {
        for (const until = Math.min(clients, index + atOnce); index < until; index++) {
          const client = new Client(hub, waits)
          opened.push(client)
          client.connect(index, tokens[index])
          client.subscribe()
        }
        await answered(waits)
      }
    })
    for (const { link } of opened) link.closed()
    await hub.close()
    return micros / clients
  }
  await run(0)
  return { token, micros: await run(clients) }
}

/** What a rule is asked for: subscriptions of as many clients to one channel, then messages of one of them. */
interface Asking {
  readonly subscriptions: number
  readonly messages: number
}

/** The second of two runs: the first warms up. */
export async function measureRule(rule: (typeof ruleKinds)[number], asking: Asking): Promise<AccessRun> {
  await askRule(rule, asking)
  return askRule(rule, asking)
}

async function askRule(rule: (typeof ruleKinds)[number], { subscriptions, messages }: Asking): Promise<AccessRun> {
  const hub = hubOf(({ token }) => ({ id: token ?? '' }), accessOf[rule])
  const waits = { count: 0 }
  const clients: Client[] = []
  const letIn = { count: subscriptions }
  hub.on('connected', () => letIn.count--)
  for (let index = 0; index < subscriptions; index++) {
    const client = new Client(hub, waits)
    clients.push(client)
    client.connect(index, `user-${index}`)
  }
  await answered(letIn)
  const subscribing = await cpuOf(async () => {
    for (const client of clients) client.subscribe()
    await answered(waits)
  })
  const [publisher, ...others] = clients
  for (const { link } of others) link.closed()
  const publishing = async (first: number) => {
    for (let number = first; number < first + messages; ) {
      for (const until = number + atOnce; number < until; number++) publisher?.publish(number)
      await answered(waits)
    }
  }
  await publishing(1)
  const perMessage = (await cpuOf(() => publishing(messages + 1))) / messages
  publisher?.link.closed()
  await hub.close()
  return { rule, perSubscription: subscribing / subscriptions, perMessage }
}

const accessOf: Readonly<Record<(typeof ruleKinds)[number], Access>> = {
  public: 'public',
  rule: ({ user, params }) => user !== undefined && params.id === '1',
  'async rule': async ({ user, params }) => user !== undefined && params.id === '1',
}

function hubOf(auth: Auth, access: Access): Hub {
  const hub = createHub({
    channels: [room],
    auth,
    development: false,
    limits: { messagesPerSecond: 1e6, maxMessagesAtWork: 1e6 },
  })
  hub.on(room, { access: access as 'public', events: { message: () => {} } })
  return hub
}

async function issuerOf(kind: (typeof tokenKinds)[number]): Promise<{ auth: Auth; sign?: (sub: string) => string }> {
  if (kind === 'none') return { auth: () => undefined }
  if (kind === 'HS256')
    return {
      auth: jwt({ algorithms: ['HS256'], secret }),
      sign: (sub) => signed(kind, sub, (text) => createHmac('sha256', secret).update(text).digest('base64url')),
    }
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    auth: jwt({ algorithms: ['ES256'], publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() }),
    sign: (sub) => signed(kind, sub, (text) => es256(text, privateKey)),
  }
}

function signed(alg: string, sub: string, sign: (text: string) => string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const text = `${part({ alg, typ: 'JWT' })}.${part({ sub, exp: Math.floor(Date.now() / 1_000) + 3_600 })}`
  return `${text}.${sign(text)}`
}

function es256(text: string, key: KeyObject): string {
  return createSign('sha256').update(text).sign({ key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

/** Microseconds of CPU, of all threads: a signature may be checked beside the event loop. */
async function cpuOf(work: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

async function answered(waits: { readonly count: number }): Promise<void> {
  while (waits.count > 0) await new Promise((resolve) => setImmediate(resolve))
}
