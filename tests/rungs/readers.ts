import WebSocket from 'ws'

/** What a reader was handed of a publication. */
export interface Arrived {
  readonly id: string
  readonly payload: unknown
}

/** What a reader was handed, and where it stands now. */
export interface Progress {
  readonly publications: readonly Arrived[]
  /** The state that came with a reset. */
  readonly snapshot?: unknown
  readonly position: string
}

/**
 * One way to continue from a position. Reads until `wanted` publications or a reset came, or the link broke, and says how
 * far it got: only what arrived whole counts.
 */
export interface Rung {
  readonly name: string
  read(origin: string, channel: string, position: string, wanted: number): Promise<Progress>
}

/** What follows a position, or the state instead: the answer of a poll, and the payload of the SDK's messages. */
interface Stretch {
  readonly publications?: readonly Arrived[]
  readonly snapshot?: unknown
  readonly position?: string
}

/** A message of the SDK. */
interface SdkMessage {
  readonly payload: Stretch
}

/** A message of a plain stream. */
interface PlainMessage {
  readonly type: string
  readonly id?: string
  readonly position?: string
  readonly payload: unknown
}

/** Reads JSON in which an object with the key `baro:bytes` alone stands for bytes, as the place says. */
function readWith(text: string, bytesOf: (form: never) => Uint8Array): unknown {
  return JSON.parse(text, (_, value) =>
    typeof value === 'object' && Object.keys(value ?? {}).join() === 'baro:bytes'
      ? bytesOf(value['baro:bytes'] as never)
      : value,
  )
}

/** PROTOCOL.md, "Bytes", in JSON text: everywhere but on a WebSocket. */
function readText(text: string): unknown {
  return readWith(text, (base64: string) => new Uint8Array(Buffer.from(base64, 'base64')))
}

/** PROTOCOL.md, "Bytes": a message of a WebSocket is binary if there are bytes in it, and else a text. */
function readWebSocketMessage(data: Buffer, isBinary: boolean): unknown {
  if (!isBinary) return JSON.parse(data.toString())
  const end = data.indexOf('\n')
  const attachments = data.subarray(end + 1)
  return readWith(
    data.toString('utf8', 0, end),
    ([start, length]: [number, number]) => new Uint8Array(attachments.subarray(start, start + length)),
  )
}

/** Collects messages until enough publications came. */
class Collected implements Progress {
  publications: Arrived[] = []
  snapshot: unknown
  position: string
  readonly #wanted: number

  constructor(position: string, wanted: number) {
    this.position = position
    this.#wanted = wanted
  }

  get isEnough(): boolean {
    return this.publications.length >= this.#wanted || this.snapshot !== undefined
  }

  takeStretch({ publications = [], snapshot, position }: Stretch): void {
    if (position === undefined) return
    this.publications.push(...publications.map(({ id, payload }) => ({ id, payload })))
    this.snapshot = snapshot
    this.position = position
  }

  takeSdk(message: unknown): void {
    this.takeStretch((message as SdkMessage).payload)
  }

  takePlain(message: unknown): void {
    const { type, id, position, payload } = message as PlainMessage
    if (position === undefined) return
    const { snapshot } = payload as Stretch
    if (type === 'baro:reset') this.takeStretch({ snapshot, position })
    else if (id !== undefined) this.takeStretch({ publications: [{ id, payload }], position })
  }
}

const connect = (channel: string, position: string) => [
  { type: 'baro:connect', payload: { protocol: 1, client: 'a-reader' } },
  { type: 'baro:subscribe', payload: { channel, attempt: 1, version: '1', position } },
]

function readWebSocket(url: string, first: readonly object[], collected: Collected, take: (message: unknown) => void) {
  return new Promise<Progress>((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'))
    const done = () => {
      socket.removeAllListeners()
      socket.on('error', () => {})
      socket.terminate()
      resolve(collected)
    }
    socket.on('open', () => {
      for (const message of first) socket.send(JSON.stringify(message))
      if (collected.isEnough) done()
    })
    socket.on('message', (data, isBinary) => {
      try {
        take(readWebSocketMessage(data as Buffer, isBinary))
      } catch (error) {
        reject(error)
      }
      if (collected.isEnough) done()
    })
    socket.on('close', done)
    socket.on('error', done)
  })
}

/** Reads an event stream as a browser does: a message counts once its blank line has come. */
async function readEvents(response: Response, collected: Collected, take: (message: unknown) => void): Promise<void> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = text
        .slice(0, end)
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => line.slice(6))
      text = text.slice(end + 2)
      if (data.length > 0) take(readText(data.join('\n')))
    }
    if (collected.isEnough) return
  }
}

/** A link that breaks is what these tests are about: what came before counts. */
async function untilBroken(read: () => Promise<void>): Promise<void> {
  try {
    await read()
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof SyntaxError || (error as Error).name === 'AbortError'))
      throw error
  }
}

function request(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, { ...init, headers: { connection: 'close', ...init.headers } })
}

function pollRung(name: string, extra: string): Rung {
  return {
    name,
    async read(origin, channel, position, wanted) {
      const collected = new Collected(position, wanted)
      await untilBroken(async () => {
        while (!collected.isEnough) {
          const response = await request(`${origin}/baro/channels/${channel}?after=${collected.position}${extra}`)
          collected.takeStretch(readText(await response.text()) as Stretch)
        }
      })
      return collected
    },
  }
}

function sdkPost(channel: string, position: string): RequestInit {
  return { method: 'POST', body: JSON.stringify({ messages: connect(channel, position) }) }
}

/** Every way there is. */
export const rungs: readonly Rung[] = [
  {
    name: 'WebSocket of the SDK',
    read(origin, channel, position, wanted) {
      const collected = new Collected(position, wanted)
      const take = (message: unknown) => collected.takeSdk(message)
      return readWebSocket(`${origin}/baro/connect`, connect(channel, position), collected, take)
    },
  },
  {
    name: 'plain WebSocket',
    read(origin, channel, position, wanted) {
      const collected = new Collected(position, wanted)
      const take = (message: unknown) => collected.takePlain(message)
      return readWebSocket(`${origin}/baro/channels/${channel}?after=${position}`, [], collected, take)
    },
  },
  {
    name: 'SSE of the SDK',
    async read(origin, channel, position, wanted) {
      const collected = new Collected(position, wanted)
      await untilBroken(async () =>
        readEvents(await request(`${origin}/baro/connect`, sdkPost(channel, position)), collected, (message) =>
          collected.takeSdk(message),
        ),
      )
      return collected
    },
  },
  {
    name: 'plain SSE',
    async read(origin, channel, position, wanted) {
      const collected = new Collected(position, wanted)
      const headers = { accept: 'text/event-stream', 'last-event-id': position }
      await untilBroken(async () =>
        readEvents(await request(`${origin}/baro/channels/${channel}`, { headers }), collected, (message) =>
          collected.takePlain(message),
        ),
      )
      return collected
    },
  },
  {
    name: 'long poll of the SDK',
    async read(origin, channel, position, wanted) {
      const collected = new Collected(position, wanted)
      await untilBroken(async () => {
        while (!collected.isEnough) {
          const response = await request(`${origin}/baro/connect?wait=25`, sdkPost(channel, collected.position))
          const { messages } = readText(await response.text()) as { messages: unknown[] }
          for (const message of messages) collected.takeSdk(message)
        }
      })
      return collected
    },
  },
  pollRung('long poll', '&wait=25'),
  pollRung('poll', ''),
  pollRung('poll, one at a time', '&limit=1'),
]
