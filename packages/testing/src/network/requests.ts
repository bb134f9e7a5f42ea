/**
 * Requests between clients and hubs, each a session of its own. They overtake each other, come late, twice, or not at all,
 * and arrive although the client that made them has given up: of all this HTTP promises nothing better.
 */
import { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { HubClock } from '@baro/core/broker'
import type { Hub } from '@baro/server'
import type { SeededRandomness } from '../seeded-randomness.ts'

/** What may become of a request. */
export type RequestFault = 'late' | 'doubled' | 'lost' | 'answer lost'

/** What happened to requests. */
export type RequestEvent = RequestFault | 'overtook' | 'came after its link'

/** What a node offers. */
export type RequestListener = Pick<Hub, 'handle'>

/** What `createRequests` takes. */
export interface RequestsOptions {
  readonly clock: HubClock
  readonly randomness: SeededRandomness
  /** Shortest and longest time on the way, in milliseconds. */
  readonly latencyMs: readonly [number, number]
  /** The longest time on the way of what is late. */
  readonly lateMs: number
  /** Share of the requests that each fault takes. */
  readonly faults: Readonly<Record<RequestFault, number>>
  /** Told of every request on its way there, and of each answer on its way back, as texts. */
  passed(request: object, client: string, node: string, direction: 'to-hub' | 'to-client', body: string): void
  happened(event: RequestEvent, request?: object): void
  /** What becomes of a body on its way, at the page of a client. Default: nothing. */
  readonly change?: (client: string, body: string) => string
  /** Bodies that are answered by 400 in place of the node. Default: none. */
  readonly refuses?: (body: string) => boolean
}

/** All requests of a network. */
export interface Requests {
  /** The `fetch` of one client. */
  fetch(client: string): typeof fetch
  listen(node: string, listener: RequestListener): void
  /** A node is gone. Who asked it sees the connection end; `quietly`, nothing. */
  crash(node: string, how: { readonly quietly: boolean }): void
  /** From now on nothing happens to what is sent. */
  heal(): void
  /** What nodes have not answered. */
  readonly held: readonly object[]
}

/** A request as its client knows it. */
interface Asked {
  readonly client: string
  readonly number: number
  readonly url: string
  readonly body: string
  readonly answersLost: boolean
  isOver: boolean
  answer(status: number, body: string): void
  fail(): void
  /** What to do when the client gives up. */
  readonly ends: Set<() => void>
}

/** Makes the requests of a network without nodes. */
export function createRequests({
  clock,
  randomness,
  latencyMs,
  lateMs,
  faults,
  passed,
  happened,
  change = (_client, body) => body,
  refuses = () => false,
}: RequestsOptions): Requests {
  const nodes = new Map<string, RequestListener>()
  const atNode = new Map<string, Set<Asked>>()
  const newestArrived = new Map<string, number>()
  let isHealed = false
  let made = 0

  const isStruckBy = (fault: RequestFault) => !isHealed && randomness.chance(faults[fault])
  const onTheWay = (run: () => void, moreMs = 0) => clock.after(randomness.integer(...latencyMs) + moreMs, run)

  function happens(fault: RequestFault, request?: object): boolean {
    const isStruck = isStruckBy(fault)
    if (isStruck) happened(fault, request)
    return isStruck
  }

  function send(asked: Asked): void {
    const lateByMs = () => (happens('late') ? randomness.integer(0, lateMs) : 0)
    if (happens('doubled', asked)) onTheWay(() => arrive(asked), randomness.integer(0, lateMs))
    // Who sent what is lost learns of it, or is left with silence.
    if (happens('lost')) return void (randomness.chance(0.5) && onTheWay(() => asked.fail()))
    onTheWay(() => arrive(asked), lateByMs())
  }

  function arrive(asked: Asked): void {
    const { client, number, url, body } = asked
    if (nodes.size === 0) return asked.fail()
    const name = randomness.pick([...nodes.keys()])
    const listener = nodes.get(name)
    if (asked.isOver) happened('came after its link')
    if (number < (newestArrived.get(client) ?? 0)) happened('overtook')
    newestArrived.set(client, Math.max(number, newestArrived.get(client) ?? 0))
    if (refuses(body)) {
      const text = '{"error":{"code":"bad-message","message":"This body is refused."}}'
      passed(asked, client, name, 'to-client', text)
      return void onTheWay(() => asked.answer(400, text))
    }
    const here = atNode.get(name) ?? new Set()
    atNode.set(name, here.add(asked))
    const { pathname, search } = new URL(url)
    const {
      request,
      response,
      end: close,
    } = exchange(`${pathname}${search}`, client, body, (status, text) => {
      here.delete(asked)
      asked.ends.delete(end)
      passed(asked, client, name, 'to-client', text)
      if (!asked.answersLost) onTheWay(() => asked.answer(status, text))
    })
    const end = () => {
      here.delete(asked)
      close()
    }
    if (asked.isOver) onTheWay(end)
    else asked.ends.add(end)
    listener?.handle(request, response)
  }

  function ask(client: string, url: string, body: string, signal: AbortSignal | undefined): Promise<Response> {
    return new Promise((resolve, reject) => {
      const over = (then: () => void) => {
        if (asked.isOver) return
        asked.isOver = true
        then()
        for (const end of asked.ends) onTheWay(end)
      }
      const asked: Asked = {
        client,
        url,
        body,
        number: ++made,
        answersLost: happens('answer lost'),
        isOver: false,
        answer: (status, text) => over(() => resolve(new Response(text, { status }))),
        fail: () => over(() => reject(new TypeError('The connection ended before there was an answer.'))),
        ends: new Set(),
      }
      signal?.addEventListener('abort', asked.fail)
      passed(asked, client, '', 'to-hub', body)
      send(asked)
    })
  }

  return {
    fetch: (client) => async (url, init) =>
      ask(client, String(url), change(client, await textOf(init?.body)), init?.signal ?? undefined),
    listen(node, listener) {
      nodes.set(node, listener)
    },
    crash(node, { quietly }) {
      nodes.delete(node)
      const asked = atNode.get(node) ?? []
      atNode.delete(node)
      for (const one of asked) {
        one.ends.clear()
        if (!quietly) onTheWay(() => one.fail())
      }
    },
    heal() {
      isHealed = true
    },
    get held() {
      return [...atNode.values()].flatMap((asked) => [...asked])
    },
  }
}

async function textOf(body: unknown): Promise<string> {
  return body instanceof Blob ? body.text() : String(body)
}

/** The two objects that a server of Node hands to a hub, without a socket; `end`: the client's connection ended. */
function exchange(url: string, client: string, body: string, answered: (status: number, text: string) => void) {
  const socket = { remoteAddress: client, destroyed: false }
  const request = Object.assign(Readable.from([Buffer.from(body)]), {
    method: 'POST',
    url,
    headers: { host: 'shop.example', 'content-type': 'application/json' },
    socket,
    complete: true,
  })
  const response = Object.assign(new EventEmitter(), {
    socket,
    headersSent: false,
    destroyed: false,
    statusCode: 0,
    setHeader: () => response,
    appendHeader: () => response,
    writeHead(status: number) {
      response.statusCode = status
      response.headersSent = true
      return response
    },
    end(bytes: string | Uint8Array = '') {
      if (!response.destroyed) answered(response.statusCode, Buffer.from(bytes as Uint8Array).toString())
      return response
    },
  })
  return {
    request: request as unknown as IncomingMessage,
    response: response as unknown as ServerResponse,
    end() {
      if (response.destroyed) return
      response.destroyed = true
      response.emit('close')
    },
  }
}
