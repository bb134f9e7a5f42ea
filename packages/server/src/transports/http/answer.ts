import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { BaroError, errorCodes } from '@baro/core'
import { type Clock, deadlineIn } from '@baro/core/broker'
import { madeOnce } from '../../delivery/made-once.ts'
import type { Limits } from '../../ports/limits.ts'
import { entityTag, matchingTag } from './entity-tag.ts'

const gzipped = promisify(gzip)

const compress = (bytes: Uint8Array): Promise<Uint8Array> => gzipped(bytes)

/** Shorter bodies are not compressed: the header and the work cost more than the bytes. */
const compressFromBytes = 1_024

/** Bytes of a body that are written at once. */
const pieceBytes = 64 << 10

/** How long caches may keep an answer. */
export type Caching =
  /** Never: a reset, a ruled channel, an error. */
  | 'none'
  /** The open end of a public channel. Shared caches keep it for a second; browsers ask again each time. */
  | 'open'
  /** A closed range of a public channel: the same for ever. */
  | 'closed'

const cacheControl: Readonly<Record<Caching, string>> = {
  none: 'no-store',
  open: 'public, max-age=0, s-maxage=1, no-transform',
  closed: 'public, max-age=31536000, immutable, no-transform',
}

/** One answer. */
export interface Answer {
  readonly status: number
  /** What the body is. Default: JSON. */
  readonly type?: 'text/plain'
  readonly body: string | Uint8Array
  readonly caching: Caching
  /** The position that the answer leads to. */
  readonly position?: string
  /**
   * What tells this answer from others of the same URL, beside the position. Absent if the answer must not be taken for
   * one that the client has already: a reset, an error.
   */
  readonly variants?: readonly string[]
}

/** Sends an answer, with validators, caching, HEAD, 304 and compression. */
export async function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  if (response.headersSent || response.destroyed) return
  const { status, type = 'application/json', caching, position, variants } = answer
  const plain = typeof answer.body === 'string' ? Buffer.from(answer.body) : answer.body
  const isZipped = plain.length >= compressFromBytes && acceptsGzip(request.headers['accept-encoding'])
  // The rest of the body would have to be read before the next request on this connection, and may never come.
  if (hasBody(request) && !request.complete) response.setHeader('connection', 'close')
  response.setHeader('cache-control', cacheControl[caching])
  response.appendHeader('vary', 'Accept, Accept-Encoding, Authorization')
  if (position !== undefined) response.setHeader('baro-position', position)
  if (position !== undefined && variants !== undefined) {
    const tag = entityTag(position, isZipped ? [...variants, 'gzip'] : variants)
    const kept = matchingTag(request.headers['if-none-match'], tag)
    response.setHeader('etag', kept ?? tag)
    if (kept !== undefined) {
      response.writeHead(304).end()
      return
    }
  }
  response.setHeader('content-type', `${type}; charset=utf-8`)
  // By the buffer: those who get the same one together have it compressed once.
  const bytes = isZipped ? await madeOnce(plain, compress) : plain
  if (isZipped) response.setHeader('content-encoding', 'gzip')
  response.setHeader('content-length', bytes.length)
  writeBody(response.writeHead(status), bytes)
}

/**
 * Writes a body and ends it, a long one piece by piece as the connection takes it: what has left of one long piece shows
 * only when all of it has, and a slow reader could not be told from one that does not read.
 */
function writeBody(response: ServerResponse, bytes: Uint8Array): void {
  let written = 0
  const goOn = () => {
    while (bytes.length - written > pieceBytes) {
      const piece = bytes.subarray(written, written + pieceBytes)
      written += pieceBytes
      if (!response.write(piece)) return void response.once('drain', goOn)
    }
    // Node keeps the body of HEAD back by itself.
    response.end(bytes.subarray(written))
  }
  goOn()
}

/** Answers with an error, the status of its code, and where it is explained. */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: BaroError,
  docs: string | undefined,
): Promise<void> {
  const { retryAfterMs } = error
  if (retryAfterMs !== undefined && !response.headersSent)
    response.setHeader('retry-after', Math.ceil(retryAfterMs / 1_000))
  return sendAnswer(request, response, {
    status: errorCodes[error.code].status,
    body: problemBody(error, docs),
    caching: 'none',
  })
}

/** An error as the body of an answer. */
export function problemBody(error: BaroError, docs?: string): string {
  return JSON.stringify({ error: { ...problemOf(error), docs } })
}

/** An error as a part of an answer. */
export function problemOf({ code, message, retryAfterMs }: BaroError): Problem {
  return { code, message, retryAfterMs }
}

/** What is told of an error. */
export type Problem = Pick<BaroError, 'code' | 'message' | 'retryAfterMs'>

/** How long a body may take. */
export interface BodyParts {
  readonly clock: Clock
  readonly limits: Pick<Limits, 'bodyTimeoutMs'>
}

/**
 * The bytes of a request's body. A body parser before the hub has read it already, and left what it made of it in
 * `request.body`.
 *
 * @throws {BaroError} `too-large`, `too-slow`, `bad-message` if something has read it and left nothing.
 */
export async function bytesOf(request: IncomingMessage, maxBytes: number, parts: BodyParts): Promise<Uint8Array> {
  if (request.readableDidRead) return bytesOfParsed((request as { body?: unknown }).body, maxBytes)
  return Buffer.concat(await chunksOf(request, maxBytes, parts))
}

/**
 * The text of a request's body.
 *
 * @throws {BaroError} as {@link bytesOf}; `bad-message` if it is not UTF-8.
 */
export async function bodyOf(request: IncomingMessage, maxBytes: number, parts: BodyParts): Promise<string> {
  return decoded(await bytesOf(request, maxBytes, parts))
}

/**
 * By listeners: an iterator makes a handful of promises for each chunk, and a body may come byte by byte. The request is
 * kept when it is left early: who sent too much, or too slowly, must still get its answer.
 */
function chunksOf(
  request: IncomingMessage,
  maxBytes: number,
  { clock, limits: { bodyTimeoutMs } }: BodyParts,
): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const take = (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > maxBytes) fail(tooLong(maxBytes))
      else chunks.push(chunk)
    }
    const stop = () => {
      cancel()
      request.off('data', take).off('end', finish).off('close', broken)
    }
    const finish = () => {
      stop()
      resolve(chunks)
    }
    const fail = (error: Error) => {
      stop()
      request.pause()
      reject(error)
    }
    // Nobody hears of it: there is nobody left to answer.
    const broken = () => fail(new Error('The connection ended before the body.'))
    const cancel = deadlineIn(clock, bodyTimeoutMs, () =>
      fail(new BaroError('too-slow', `The body was not complete within ${bodyTimeoutMs} ms. Send it again, or less.`)),
    )
    if (request.destroyed) broken()
    else request.on('data', take).once('end', finish).once('close', broken)
  })
}

/** As bytes again, so that it is bounded and read as any other body. */
function bytesOfParsed(body: unknown, maxBytes: number): Uint8Array {
  if (body === undefined)
    throw new BaroError(
      'bad-message',
      'The body was read before the hub saw the request. Mount the hub before what reads it, or let that leave it in request.body.',
    )
  const bytes = body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  if (bytes.length > maxBytes) throw tooLong(maxBytes)
  return bytes
}

function tooLong(maxBytes: number): BaroError {
  return new BaroError('too-large', `The body is longer than ${maxBytes} bytes. Send less.`)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new BaroError('bad-message', 'The body is not UTF-8. Encode it.', { cause })
  }
}

/** Whether `gzip` is among the codings, with a weight other than 0 (RFC 9110 §12.5.3). */
function acceptsGzip(header: string | readonly string[] | undefined): boolean {
  return String(header ?? '')
    .split(',')
    .some((coding) => /^\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(coding))
}
