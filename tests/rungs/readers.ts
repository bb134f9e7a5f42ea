import WebSocket from 'ws'

/** Something a reader was handed: the ids it got, and where it stands now. */
export interface Progress {
  readonly ids: readonly string[]
  readonly position: string
}

/**
 * One way to continue from a position. Reads until `wanted` publications came or the link broke, and says how far it got:
 * only what arrived whole counts.
 */
export interface Rung {
  readonly name: string
  read(origin: string, channel: string, position: string, wanted: number): Promise<Progress>
}

interface Message {
  readonly type: string
  readonly id?: string
  readonly position?: string
  readonly payload: {
    readonly position?: string
    readonly publications?: readonly { readonly id: string }[]
  }
}

/** Collects messages until enough publications came. */
class Collected {
  ids: string[] = []
  position: string
  readonly #wanted: number

  constructor(position: string, wanted: number) {
    this.position = position
    this.#wanted = wanted
  }

  get isEnough(): boolean {
    return this.ids.length >= this.#wanted
  }

  /** A message of the SDK's protocol. */
  takeSdk(text: string): void {
    const { payload } = JSON.parse(text) as Message
    if (!payload.publications || payload.position === undefined) return
    this.ids.push(...payload.publications.map(({ id }) => id))
    this.position = payload.position
  }

  /** A message of a plain stream. */
  takePlain(text: string): void {
    const { type, id, position } = JSON.parse(text) as Message
    if (type === 'baro:reset' || id === undefined || position === undefined) return
    this.ids.push(id)
    this.position = position
  }
}

const connect = (channel: string, position: string) => [
  { type: 'baro:connect', payload: { protocol: 1, client: 'a-reader' } },
  { type: 'baro:subscribe', payload: { channel, attempt: 1, version: '1', position } },
]

function readWebSocket(url: string, first: readonly object[], collected: Collected, take: (text: string) => void) {
  return new Promise<Progress>((resolve) => {
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
    socket.on('message', (data) => {
      take(data.toString())
      if (collected.isEnough) done()
    })
    socket.on('close', done)
    socket.on('error', done)
  })
}

/** Reads an event stream as a browser does: a message counts once its blank line has come. */
async function readEvents(response: Response, collected: Collected, take: (text: string) => void): Promise<void> {
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
      if (data.length > 0) take(data.join('\n'))
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
          const answer = (await response.json()) as { publications: { id: string }[]; position: string }
          collected.ids.push(...answer.publications.map(({ id }) => id))
          collected.position = answer.position
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
      const take = (text: string) => collected.takeSdk(text)
      return readWebSocket(`${origin}/baro/connect`, connect(channel, position), collected, take)
    },
  },
  {
    name: 'plain WebSocket',
    read(origin, channel, position, wanted) {
      const collected = new Collected(position, wanted)
      const take = (text: string) => collected.takePlain(text)
      return readWebSocket(`${origin}/baro/channels/${channel}?after=${position}`, [], collected, take)
    },
  },
  {
    name: 'SSE of the SDK',
    async read(origin, channel, position, wanted) {
      const collected = new Collected(position, wanted)
      await untilBroken(async () =>
        readEvents(await request(`${origin}/baro/connect`, sdkPost(channel, position)), collected, (text) =>
          collected.takeSdk(text),
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
        readEvents(await request(`${origin}/baro/channels/${channel}`, { headers }), collected, (text) =>
          collected.takePlain(text),
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
          const { messages } = (await response.json()) as { messages: object[] }
          for (const message of messages) collected.takeSdk(JSON.stringify(message))
        }
      })
      return collected
    },
  },
  pollRung('long poll', '&wait=25'),
  pollRung('poll', ''),
  pollRung('poll, one at a time', '&limit=1'),
]
