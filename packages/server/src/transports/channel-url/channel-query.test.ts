import { BaroError } from '@baro/core'
import { parsePosition } from '@baro/core/protocol'
import { describe, expect, test } from 'vitest'
import { type ChannelQuery, parseChannelQuery } from './channel-query.ts'

const [older, newer] = ['1a.epoch.1.aaaaaa', '1a.epoch.2.bbbbbb']

function parse(query: string, headers: Record<string, string> = {}) {
  return parseChannelQuery(new URLSearchParams(query), headers)
}

function read(query: string, headers: Record<string, string> = {}): ChannelQuery {
  const parsed = parse(query, headers)
  if (!parsed.ok) throw parsed.error
  return parsed.value
}

const events = { accept: 'text/event-stream' }

describe('what a request to a channel asks for', () => {
  test.each<[string, Record<string, string>, ChannelQuery['mode']]>([
    ['', {}, 'snapshot'],
    ['after=', {}, 'snapshot'],
    [`after=${older}`, {}, 'poll'],
    [`after=${older}&wait=25`, {}, 'long-poll'],
    ['wait=25', {}, 'long-poll'],
    [`before=${older}`, {}, 'backwards'],
    ['live=sse', {}, 'sse'],
    ['', events, 'sse'],
    ['', { accept: 'text/html, text/event-stream;q=0.9' }, 'sse'],
    ['wait=25', events, 'long-poll'],
    ['live=sse&wait=25', {}, 'sse'],
  ])('%j with %j is a %s', (query, headers, mode) => {
    expect(read(query, headers).mode).toBe(mode)
  })

  test.each<[string, Record<string, string>, string | undefined]>([
    ['', {}, undefined],
    [`after=${older}`, {}, older],
    ['after=none', {}, 'none'],
    [`before=${older}`, {}, older],
    [`live=sse&after=${older}`, { 'last-event-id': newer }, newer],
    [`live=sse&after=${older}`, { 'last-event-id': '' }, older],
    [`after=${older}`, { 'last-event-id': newer }, older],
    ['view=state&wait=25', { 'if-none-match': `"${newer}"` }, newer],
    ['view=state&wait=25', { 'if-none-match': `W/"${newer}+gzip"` }, newer],
    [`view=state&wait=25&after=${older}`, { 'if-none-match': `"${newer}"` }, older],
    ['view=state&wait=25', { 'if-none-match': '"of-somebody-else"' }, undefined],
    ['view=state&wait=25', { 'if-none-match': '*' }, undefined],
    ['wait=25', { 'if-none-match': `"${newer}"` }, undefined],
  ])('%j with %j stands at %s', (query, headers, text) => {
    const expected = text === undefined ? undefined : parsePosition(text)
    expect(read(query, headers).position).toEqual(expected?.ok ? expected.value : undefined)
  })

  test.each<[string, number]>([
    ['', 500],
    ['limit=1', 1],
    ['limit=500', 500],
    ['limit=501', 500],
  ])('%j is at most %i publications', (query, limit) => {
    expect(read(query).limit).toBe(limit)
  })

  test.each<[string, number]>([
    ['wait=0', 0],
    ['wait=0.5', 500],
    ['wait=25', 25_000],
    ['wait=31', 30_000],
    ['wait=Infinity', 30_000],
    ['', 0],
  ])('%j waits at most %i ms', (query, waitMs) => {
    expect(read(query).waitMs).toBe(waitMs)
  })

  test.each([
    ['view=everything', 'view="everything"'],
    ['view=payload', 'view=payload'],
    ['view=state&live=sse', 'view=state'],
    ['limit=0', 'limit="0"'],
    ['limit=-1', 'limit="-1"'],
    ['limit=1.5', 'limit="1.5"'],
    ['limit=', 'limit=""'],
    ['limit=many', 'limit="many"'],
    ['wait=-1', 'wait="-1"'],
    ['wait=soon', 'wait="soon"'],
    ['live=ws', 'live="ws"'],
    [`before=${newer}&after=${older}`, 'before='],
    [`before=${newer}&wait=25`, 'before='],
    [`before=${newer}&live=sse`, 'before='],
    [`before=${newer}&view=state`, 'before='],
  ])('%j is refused, and the sentence names %s and where to read on', (query, what) => {
    const parsed = parse(query)
    const error = parsed.ok ? undefined : parsed.error
    expect(error).toBeInstanceOf(BaroError)
    expect(error?.code).toBe('bad-message')
    expect(error?.message).toContain(what)
    expect(error?.message).toContain('PROTOCOL.md')
  })

  test.each([
    ['after=1a.epoch.1', {}],
    ['before=42', {}],
    ['live=sse', { 'last-event-id': 'mine' }],
    [`live=sse&after=${older}`, { 'last-event-id': 'mine' }],
  ])('%j with %j names no position, and is refused', (query, headers) => {
    expect(parse(query, headers as Record<string, string>)).toMatchObject({
      ok: false,
      error: { code: 'bad-position' },
    })
  })

  test('the error of a long value is short', () => {
    const parsed = parse(`view=${'x'.repeat(100_000)}`)
    expect(parsed.ok ? '' : parsed.error.message.length).toBeLessThan(300)
  })
})
