/**
 * Runs a handler for nobody: the request holds what the key of the page holds, and the answer is gathered. So a render ends
 * when it is done, whoever has gone meanwhile, and no visitor's cookies, address or headers get into the page of all.
 */
import { IncomingMessage, type OutgoingHttpHeaders, type RequestListener, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { type Cancel, type Clock, isLater } from '@baro/core/broker'
import type { PageRequest } from './page-request.ts'

/** An answer, as the handler gave it. */
export interface RenderedAnswer {
  readonly status: number
  readonly headers: OutgoingHttpHeaders
  readonly body: Buffer
}

/** How a render ended. */
export type Rendered =
  | { readonly outcome: 'answered'; readonly answer: RenderedAnswer }
  /** It was left early: its head says that it is not to be kept, or it has grown too long. */
  | { readonly outcome: 'left' }
  | { readonly outcome: 'threw'; readonly error: unknown }
  | { readonly outcome: 'late' }

/** What rendering works with. */
export interface Rendering {
  readonly handler: RequestListener
  readonly clock: Pick<Clock, 'after'>
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly isEncrypted: boolean
  /** Is asked as soon as status and headers are known. */
  readonly isWanted: (status: number, headers: OutgoingHttpHeaders) => boolean
}

/** Renders a page. */
export function renderPage(page: PageRequest, rendering: Rendering): Promise<Rendered> {
  const { handler, clock, timeoutMs, isEncrypted } = rendering
  return new Promise((resolve) => {
    const request = requestFor(page, isEncrypted)
    let cancel: Cancel = () => {}
    let isOver = false
    const end = (rendered: Rendered): void => {
      if (isOver) return
      isOver = true
      cancel()
      resolve(rendered)
      // As if the client had gone: whoever still writes can stop.
      process.nextTick(() => {
        response.emit('close')
        request.destroy()
      })
    }
    const response = gatheringResponse(request, rendering, end)
    cancel = clock.after(timeoutMs, () => end({ outcome: 'late' }))
    runHandler(handler, request, response, (error) => end({ outcome: 'threw', error }))
  })
}

/** Runs a handler of the application, which may throw or reject: nobody else would catch it, and the process would end. */
export function runHandler(
  handler: RequestListener,
  request: IncomingMessage,
  response: ServerResponse,
  failed: (error: unknown) => void,
): void {
  try {
    const running: unknown = handler(request, response)
    if (isLater(running as PromiseLike<unknown>)) Promise.resolve(running).catch(failed)
  } catch (error) {
    failed(error)
  }
}

function requestFor(page: PageRequest, isEncrypted: boolean): IncomingMessage {
  const socket = new Socket()
  // Frameworks look at it for the scheme.
  if (isEncrypted) Object.assign(socket, { encrypted: true })
  const request = new IncomingMessage(socket)
  Object.assign(request, { method: 'GET', url: page.url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 })
  if (page.target !== page.url) Object.assign(request, { originalUrl: page.target })
  for (const [name, value] of Object.entries(page.headers())) {
    request.headers[name] = value
    request.rawHeaders.push(name, value)
  }
  request.complete = true
  request.push(null)
  return request
}

/** Methods of its own, not of a class: frameworks give a response another prototype (Express does). */
function gatheringResponse(
  request: IncomingMessage,
  { isWanted, maxBytes }: Rendering,
  end: (rendered: Rendered) => void,
): ServerResponse {
  const response = new ServerResponse(request)
  const chunks: Buffer[] = []
  let bytes = 0
  let head: Omit<RenderedAnswer, 'body'> | undefined
  let isLeft = false

  const leave = (): void => {
    isLeft = true
    end({ outcome: 'left' })
  }
  const decide = (): void => {
    if (head) return
    head = { status: response.statusCode, headers: { ...response.getHeaders() } }
    if (!isWanted(head.status, head.headers)) leave()
  }
  const gather = (chunk: unknown, encoding: unknown): void => {
    decide()
    if (isLeft || chunk === undefined || chunk === null) return
    const piece =
      typeof chunk === 'string'
        ? Buffer.from(chunk, typeof encoding === 'string' ? (encoding as BufferEncoding) : 'utf8')
        : Buffer.from(chunk as Uint8Array)
    chunks.push(piece)
    bytes += piece.length
    if (bytes > maxBytes) leave()
  }
  const calledBack = (given: readonly unknown[]): void => {
    const callback = given.find((one) => typeof one === 'function') as ((error?: Error) => void) | undefined
    if (callback) process.nextTick(callback)
  }

  Object.defineProperty(response, 'headersSent', { get: () => head !== undefined, configurable: true })
  return Object.assign(response, {
    writeHead(status: number, ...given: readonly unknown[]) {
      response.statusCode = status
      if (typeof given[0] === 'string') response.statusMessage = given[0]
      setAll(
        response,
        given.find((one) => typeof one === 'object'),
      )
      decide()
      return response
    },
    flushHeaders: decide,
    write(chunk: unknown, ...given: readonly unknown[]) {
      gather(chunk, given[0])
      calledBack(given)
      return true
    },
    end(...given: readonly unknown[]) {
      const [chunk, encoding] = typeof given[0] === 'function' ? [] : given
      gather(chunk, encoding)
      calledBack(given)
      if (response.finished) return response
      response.finished = true
      // Before `close`, as a connection has it: who sees `close` alone takes the client for gone.
      process.nextTick(() => response.emit('finish'))
      if (head && !isLeft) end({ outcome: 'answered', answer: { ...head, body: Buffer.concat(chunks) } })
      return response
    },
    destroy(error?: unknown) {
      end({ outcome: 'threw', error: error ?? new Error('The answer was destroyed before its end.') })
      return response
    },
    writeContinue() {},
    writeEarlyHints() {},
    writeProcessing() {},
  })
}

/** Headers as Node takes them: an object, or a list of names and values. */
function setAll(response: ServerResponse, given: unknown): void {
  if (Array.isArray(given)) {
    const flat: unknown[] = given.flat()
    const values = new Map<string, string[]>()
    for (let index = 0; index + 1 < flat.length; index += 2) {
      const name = String(flat[index])
      values.set(name, [...(values.get(name) ?? []), String(flat[index + 1])])
    }
    for (const [name, list] of values) response.setHeader(name, list.length === 1 ? String(list[0]) : list)
  } else
    for (const [name, value] of Object.entries((given ?? {}) as OutgoingHttpHeaders))
      if (value !== undefined) response.setHeader(name, value)
}
