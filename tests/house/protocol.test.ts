import { channel, errorCodes, type Publication } from '@baro/core'
import type { ResetReason } from '@baro/core/broker'
import {
  checkOf,
  decodeClientMessage,
  decodeServerMessage,
  durationMs,
  encodeMessage,
  joinFrame,
  liftBytes,
  maxChannelNameBytes,
  maxEventTypeBytes,
  maxJsonDepth,
  maxPayloadDepth,
  maxPositionLength,
  orThrow,
  parseChannelName,
  parseFrame,
  parseJson,
  parsePosition,
  protocolVersion,
} from '@baro/core/protocol'
import { defaultLimits } from '@baro/server'
import { describe, expect, test } from 'vitest'
import { compilerComplaints } from './compile.ts'
import { readSource } from './source-files.ts'

const protocol = readSource('PROTOCOL.md')

/** The fenced blocks whose opening line is this. */
function blocks(opening: string): readonly string[] {
  return [...protocol.matchAll(/^```(.+)\n([\s\S]*?)^```$/gm)]
    .filter(([, info]) => info === opening)
    .map(([, , text]) => text ?? '')
}

/** The rows of the table that follows a heading, without its head, each cell trimmed and without backticks. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const section = protocol
    .slice(protocol.indexOf(`\n${heading}\n`))
    .split(/\n#/, 3)
    .slice(0, 2)
    .join('\n#')
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
}

const headings = [...protocol.matchAll(/^#+ (.+)$/gm)].map(([, text]) => text ?? '')
const clientTypes = ['connect', 'refresh', 'subscribe', 'unsubscribe', 'publish', 'request', 'signal', 'heartbeat']
const serverTypes = [
  'connected',
  'refreshed',
  'recovered',
  'reset',
  'publications',
  'signaled',
  'published',
  'answer',
  'unsubscribed',
  'error',
  'heartbeat',
  'drain',
]

describe('the messages of PROTOCOL.md are those of the code', () => {
  test('each has a heading, and no heading is of another', () => {
    const types = headings.flatMap((text) => /^`baro:(.+)`$/.exec(text)?.[1] ?? [])
    expect([...types].sort()).toEqual([...new Set([...clientTypes, ...serverTypes])].sort())
  })

  test('their shapes are the same types, and those of the HTTP interface compile', () => {
    const shapes = blocks('ts message').join('\n')
    const names = [...shapes.matchAll(/^interface (\w+Message) /gm)].map(([, name]) => name)
    expect(names.length).toBe(new Set([...clientTypes, ...serverTypes]).size)
    const same = names.map(
      (name) => `same<${name}, Extract<ClientMessage | ServerMessage, { type: ${name}['type'] }>>()`,
    )
    const check = `import type { Publication as CorePublication } from '@baro/core'
import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
${shapes}
type Equal<A, B> = [A, B] extends [B, A] ? true : false
type Same<A extends Message, B extends Message> = [Equal<A, B>, Equal<keyof A['payload'], keyof B['payload']>]
function same<A extends Message, B extends Message>(..._: Same<A, B> extends [true, true] ? [] : ['differs']): void {}
same<{ type: ''; payload: Publication }, { type: ''; payload: CorePublication }>()
${same.join('\n')}
`
    const found = expect.stringContaining('Expected 1 arguments, but got 0')
    const said = compilerComplaints('protocol', {
      right: { 'messages.ts': check },
      otherType: { 'messages.ts': check.replace('attempt: number', 'attempt: string') },
      without: { 'messages.ts': check.replace('token?: string', '') },
      required: { 'messages.ts': check.replace('position?: string', 'position: string') },
      // Those of the HTTP interface compile.
      http: { 'http.ts': `${[...blocks('ts message'), ...blocks('ts http')].join('\n')}\nexport {}` },
    })
    expect(said).toEqual({ right: '', otherType: found, without: found, required: found, http: '' })
  })

  test('each has an example that decodes', () => {
    const fromClient = [...blocks('json client'), ...blocks('json both')].map((text) =>
      orThrow(decodeClientMessage(text)),
    )
    const fromServer = [...blocks('json server'), ...blocks('json both')].map((text) =>
      orThrow(decodeServerMessage(text)),
    )
    const typesOf = (messages: readonly { readonly type: string }[]) => messages.map(({ type }) => type.slice(5)).sort()
    expect(typesOf(fromClient)).toEqual([...clientTypes].sort())
    expect(typesOf(fromServer)).toEqual([...serverTypes].sort())
    for (const text of blocks('json client'))
      expect(encodeMessage(orThrow(decodeClientMessage(text)))).toBe(compact(text))
    for (const text of blocks('json server'))
      expect(encodeMessage(orThrow(decodeServerMessage(text)))).toBe(compact(text))
  })

  test('the message with bytes is, byte for byte, the binary message beside it', () => {
    const [json = ''] = blocks('json bytes')
    const frame = Buffer.from((blocks('hex frame')[0] ?? '').replace(/\s/g, ''), 'hex')
    expect(joinFrame(liftBytes(orThrow(parseJson(json))))).toEqual(new Uint8Array(frame))
    expect(parseFrame(frame)).toStrictEqual(parseJson(json))
    expect(orThrow(parseFrame(frame))).toEqual({
      type: 'picture',
      payload: { image: new TextEncoder().encode('hello'), alt: 'hi' },
    })
  })

  test('the examples name channels and positions that a hub would take, and publications that fit them', () => {
    const payloads = [...blocks('json client'), ...blocks('json server')].map(
      (text) => (JSON.parse(text) as { payload: Record<string, unknown> }).payload,
    )
    let checked = 0
    for (const { channel: name, follows, position, publications } of payloads) {
      if (typeof name === 'string') expect(parseChannelName(name).ok, name).toBe(true)
      for (const text of [follows, position])
        if (text !== undefined) expect(parsePosition(String(text)).ok, String(text)).toBe(true)
      if (!Array.isArray(publications)) continue
      const [from, to] = [orThrow(parsePosition(String(follows))), orThrow(parsePosition(String(position)))]
      const list = publications as Publication[]
      if (from.kind !== 'at' || to.kind !== 'at') throw new Error('an example follows no place in a stream')
      expect(list.map(({ offset }) => offset)).toEqual(list.map((_, index) => from.offset + 1 + index))
      expect(to).toMatchObject({
        epoch: from.epoch,
        offset: list.at(-1)?.offset,
        check: checkOf(list.at(-1)?.id ?? ''),
      })
      checked++
    }
    expect(checked).toBe(2)
  })

  test('the version is the one that is spoken', () => {
    expect(protocol).toContain(`\nVersion ${protocolVersion}. `)
  })
})

describe('the tables of PROTOCOL.md are those of the code', () => {
  test('error codes: status, and whether to try again', () => {
    expect(rowsUnder('## Error codes')).toEqual(
      Object.entries(errorCodes).map(([code, { status, retry }]) => [code, String(status), retry ? 'yes' : 'no']),
    )
  })

  test('reset reasons', () => {
    const reasons: Record<ResetReason, true> = {
      none: true,
      queried: true,
      epoch: true,
      'beyond-head': true,
      trimmed: true,
      rewritten: true,
      refused: true,
    }
    const named = headings.flatMap((text) => /^Reset `(.+)`$/.exec(text)?.[1] ?? [])
    expect(named).toEqual(Object.keys(reasons))
  })

  test('limits: every one that a hub takes is there, with its default', () => {
    const { size, ttlMs, bytes } = channel('any').history
    const expected: Record<string, number> = {
      ...defaultLimits,
      'history.size': size,
      'history.ttl': ttlMs,
      'history.bytes': bytes,
    }
    const rows = rowsUnder('## Limits')
    for (const [setting, value] of Object.entries(expected)) {
      const row = rows.find(([, name]) => name === setting)
      expect(row && numberOf(row[2]), `the row of ${setting}`).toBe(value)
    }
  })

  test.each<[string, number]>([
    ['channel name', maxChannelNameBytes],
    ['event type', maxEventTypeBytes],
    ['position', maxPositionLength],
    ['nesting of a payload', maxPayloadDepth],
    ['nesting of a message', maxJsonDepth],
    ['memory of all channels, estimated (memory broker)', 256 << 20],
    ['channels with a record (memory broker)', 1_000_000],
    ['channel nobody uses, its history expired (memory broker)', durationMs('24h')],
  ])('limits: %s', (what, value) => {
    const row = rowsUnder('## Limits').find(([name]) => name === what)
    expect(row && numberOf(row[2])).toBe(value)
  })
})

describe('PROTOCOL.md holds together', () => {
  test('every link inside of it leads somewhere', () => {
    const anchors = new Set(
      headings.map((text) =>
        text
          .toLowerCase()
          .replace(/[^\p{L}\p{N}\s_-]/gu, '')
          .replaceAll(' ', '-'),
      ),
    )
    const links = [...protocol.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor ?? '')
    expect(links.length).toBeGreaterThan(50)
    expect(links.filter((anchor) => !anchors.has(anchor))).toEqual([])
  })

  test('no diagram has a semicolon, which would end its line', () => {
    const diagrams = blocks('mermaid')
    expect(diagrams.length).toBeGreaterThan(10)
    expect(diagrams.filter((text) => text.includes(';'))).toEqual([])
  })
})

function compact(text: string): string {
  return JSON.stringify(JSON.parse(text))
}

function numberOf(cell: string | undefined): number {
  return Number((cell ?? '').replaceAll(',', '').split(' ')[0])
}
