/** How a kept page is answered with: what is the same for all is made once. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { KeptPage } from '@baro/core/broker'
import { type Coding, codedTag, codingFor, namesTag, tagOf } from './page-tag.ts'
import type { RenderedAnswer } from './rendered.ts'
import { withHashes } from './script-hashes.ts'

/** What is kept of an answer beside its bytes. */
export interface KeptHead {
  readonly status: number
  /** Names and values, one after the other, as Node takes them. */
  readonly headers: readonly string[]
  /** Of the bytes, without quotes. */
  readonly tag: string
  /** What the handler said to other caches. */
  readonly cacheControl: string
  /** Whether it is compressed for who takes that. */
  readonly isCompressible: boolean
}

/** What stands under the key of a page whose variants are kept apart. */
export interface KeptVariants {
  readonly vary: readonly string[]
}

/** Which it is. */
export function variantsIn({ about }: KeptPage): readonly string[] | undefined {
  return (about as Partial<KeptVariants>).vary
}

/** Headers of one connection or one moment, and those that are made here. */
const notKept: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding'],
  ...['upgrade', 'content-length', 'date', 'etag', 'cache-control', 'age', 'cache-status', 'set-cookie'],
])

const textType = /^(?:text\/|application\/(?:.*\+)?(?:json|xml|javascript)|image\/svg)/i

/** Shorter pages are not compressed: the header costs more than the bytes. */
const compressFromBytes = 1_024

const compressors: Readonly<Record<'gzip' | 'br', (body: Uint8Array) => Promise<Uint8Array>>> = {
  gzip: (body) => promisify(gzip)(body),
  br: (body) =>
    promisify(brotliCompress)(body, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 6, [constants.BROTLI_PARAM_SIZE_HINT]: body.length },
    }),
}

/**
 * What of an answer is kept.
 *
 * @param saidBy A header that says something of one request, and is not kept either.
 */
export function headOf({ status, headers, body }: RenderedAnswer, saidBy?: string): KeptHead {
  const flat: string[] = []
  const isHtml = String(headers['content-type'] ?? '').startsWith('text/html')
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || notKept.has(name) || name === saidBy) continue
    const isPolicy = isHtml && name === 'content-security-policy'
    for (const one of Array.isArray(value) ? value : [value])
      flat.push(name, isPolicy ? withHashes(String(one), body.toString()) : String(one))
  }
  const cacheControl = headers['cache-control']
  return {
    status,
    headers: flat,
    tag: tagOf(body),
    cacheControl: Array.isArray(cacheControl) ? cacheControl.join(', ') : String(cacheControl ?? ''),
    isCompressible: body.length >= compressFromBytes && textType.test(String(headers['content-type'] ?? '')),
  }
}

/** The forms of a body: compressed once, for everybody. */
export async function formsOf(body: Uint8Array): Promise<KeptPage['parts']> {
  const [gzipped, brotli] = await Promise.all([compressors.gzip(body), compressors.br(body)])
  return { identity: body, gzip: gzipped, br: brotli }
}

/** What is made once for each form of a kept page: all but what a moment adds. */
const prepared = new WeakMap<KeptPage, Map<Coding, PreparedForm>>()

interface PreparedForm {
  readonly bytes: Uint8Array
  readonly etag: string
  readonly headers: readonly string[]
  readonly headersOf304: readonly string[]
  /** All headers as they were last: who asks in the same second gets the same. */
  last?: LastHeaders
}

interface LastHeaders {
  readonly cacheStatus: string
  readonly age: number
  readonly isFresh: boolean
  readonly headers: string[]
  readonly headersOf304: string[]
}

/** How a page is answered with in one moment. */
export interface AnswerMoment {
  /** `Cache-Status` (RFC 9211). */
  readonly cacheStatus: string
  readonly ageMs: number
  /** What caches behind this one may do with it; a stale page they must not take for a fresh one. */
  readonly isFresh: boolean
}

/** Answers with a kept page: the right form, or 304, or only its head. */
export function answerWithPage(
  page: KeptPage,
  request: IncomingMessage,
  response: ServerResponse,
  { cacheStatus, ageMs, isFresh }: AnswerMoment,
): void {
  const head = page.about as unknown as KeptHead
  const coding = codingFor(
    request.headers['accept-encoding'] as string | undefined,
    (one) => page.parts[one] !== undefined,
  )
  const form = prepare(page, head, coding)
  const age = Math.max(0, Math.floor(ageMs / 1_000))
  const last = headersAt(form, head, { cacheStatus, age, isFresh })
  if (isUnchanged(request, head, form.etag)) {
    response.writeHead(304, last.headersOf304)
    response.end()
    return
  }
  response.writeHead(head.status, last.headers)
  if (request.method === 'HEAD') response.end()
  else response.end(form.bytes)
}

function headersAt(form: PreparedForm, head: KeptHead, now: Pick<LastHeaders, 'cacheStatus' | 'age' | 'isFresh'>) {
  const { last } = form
  const isSame = last && last.age === now.age && last.cacheStatus === now.cacheStatus && last.isFresh === now.isFresh
  if (isSame) return last
  const control = now.isFresh && head.cacheControl !== '' ? head.cacheControl : 'no-cache'
  const moment = ['Cache-Control', control, 'Age', String(now.age), 'Cache-Status', now.cacheStatus]
  const made = { ...now, headers: [...form.headers, ...moment], headersOf304: [...form.headersOf304, ...moment] }
  form.last = made
  return made
}

function prepare(page: KeptPage, head: KeptHead, coding: Coding): PreparedForm {
  let forms = prepared.get(page)
  if (!forms) {
    forms = new Map()
    prepared.set(page, forms)
  }
  const before = forms.get(coding)
  if (before) return before
  const bytes = page.parts[coding] ?? Buffer.alloc(0)
  const etag = codedTag(head.tag, coding)
  const headersOf304 = ['ETag', etag, 'Date', new Date(page.renderedAt).toUTCString()]
  const headers: string[] = []
  let vary = head.isCompressible ? 'Accept-Encoding' : ''
  for (let index = 0; index + 1 < head.headers.length; index += 2) {
    const [name = '', value = ''] = head.headers.slice(index, index + 2)
    if (name === 'vary')
      vary = /(?:^|,)\s*accept-encoding\s*(?:,|$)/i.test(value) ? value : [value, vary].filter(Boolean).join(', ')
    else {
      headers.push(name, value)
      if (keptIn304.has(name)) headersOf304.push(name, value)
    }
  }
  if (vary !== '') headersOf304.push('Vary', vary)
  headers.push(
    ...headersOf304.slice(0, 4),
    ...(vary === '' ? [] : ['Vary', vary]),
    'Content-Length',
    String(bytes.length),
  )
  if (coding !== 'identity') headers.push('Content-Encoding', coding)
  const form: PreparedForm = { bytes, etag, headers, headersOf304 }
  forms.set(coding, form)
  return form
}

/** What a 304 carries of what the page would (RFC 9110 §15.4.5). */
const keptIn304: ReadonlySet<string> = new Set(['content-location', 'expires', 'content-security-policy'])

/** Whether the client has this page already (RFC 9110 §13.2.2): a tag counts before a time. */
function isUnchanged({ headers }: IncomingMessage, { tag, headers: kept }: KeptHead, etag: string): boolean {
  const tags = headers['if-none-match']
  // Who got it in this form says its tag and nothing else, and nearly all get the same form again.
  if (tags !== undefined) return tags === etag || namesTag(tags, tag)
  const since = headers['if-modified-since']
  const at = kept.indexOf('last-modified')
  if (since === undefined || at === -1) return false
  return Date.parse(kept[at + 1] ?? '') <= Date.parse(since)
}
