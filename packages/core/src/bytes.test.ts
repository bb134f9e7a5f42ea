import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { createGenerator } from '../test/generator.ts'
import { asBytes, type Bytes, bytesUrl, fromBase64, liveValue, readJson, toBase64 } from './bytes.ts'
import { jsonText, parseJson } from './json.ts'
import { type WireForm, wireForm } from './wire-form.ts'

const hello = new TextEncoder().encode('hello')
const form = { 'baro:bytes': 'aGVsbG8=' }

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('bytes', () => {
  it('are written by JSON.stringify as their JSON form, wherever they stand', () => {
    expect(JSON.stringify({ list: [asBytes(hello.slice())] })).toBe('{"list":[{"baro:bytes":"aGVsbG8="}]}')
  })

  it('come back from JSON text as a Uint8Array', () => {
    for (const value of [parseJson(JSON.stringify({ a: form })), { value: readJson(JSON.stringify({ a: form })) }])
      expect(value).toMatchObject({ value: { a: hello } })
    expect(readJson('{"a":[1]}')).toEqual({ a: [1] })
  })

  it.each<[string, unknown]>([
    ['a Uint8Array', hello],
    ['a Buffer', Buffer.from('hello')],
    ['a part of a longer memory', new TextEncoder().encode('_hello_').subarray(1, 6)],
    ['what was bytes already', asBytes(hello.slice())],
    ['the JSON form itself', form],
  ])('become a Uint8Array of their own from %s', (_, given) => {
    const result = wireForm({ deep: [{ given }] }, 'it')
    expect(result).toStrictEqual({ ok: true, value: { deep: [{ given: hello }] } })
  })

  it('may be none at all', () => {
    expect(wireForm({ none: new Uint8Array() }, 'it')).toStrictEqual({ ok: true, value: { none: new Uint8Array() } })
  })

  it('are the same in Node and in a browser, whatever they hold', () => {
    const generator = createGenerator(3)
    for (let round = 0; round < 300; round++) {
      const bytes = Uint8Array.from({ length: generator.whole(40) }, () => generator.whole(256))
      const inNode = toBase64(bytes)
      vi.stubGlobal('Buffer', undefined)
      expect(toBase64(bytes)).toBe(inNode)
      vi.unstubAllGlobals()
      expect(fromBase64(inNode)).toStrictEqual(bytes)
    }
  })

  it('make a URL for a page that has no script', () => {
    expect(bytesUrl(hello, 'image/webp')).toBe('data:image/webp;base64,aGVsbG8=')
  })
})

describe('the key "baro:bytes"', () => {
  it.each([
    ['with a number', '{"baro:bytes":1}'],
    ['with a range, which only a binary frame has', '{"baro:bytes":[0,1]}'],
    ['with what is no base64', '{"baro:bytes":"a-_b"}'],
    ['with base64 without its padding', '{"baro:bytes":"aGVsbG8"}'],
    ['with a blank in it', '{"baro:bytes":"aGVs bG8"}'],
    ['beside another key', '{"baro:bytes":"aGVsbG8=","a":1}'],
    ['behind another key', '{"a":1,"baro:bytes":"aGVsbG8="}'],
    ['nested', '[{"a":{"baro:bytes":null}}]'],
    ['with an escape', '{"baro\\u003abytes":1}'],
    ['with an escaped letter', '{"\\u0062aro:bytes":1}'],
  ])('is refused %s', (_, text) => {
    expect(parseJson(text)).toMatchObject({
      ok: false,
      error: { code: 'bad-message', message: expect.stringContaining('baro:bytes') },
    })
  })

  it.each([
    ['with a number', { 'baro:bytes': 1 }],
    ['with what is no base64', { 'baro:bytes': 'a-_b' }],
    ['beside another key', { 'baro:bytes': 'aGVsbG8=', a: 1 }],
    ['nested', [{ a: { 'baro:bytes': null } }]],
  ])('is refused %s in what an application publishes, before it is sent', (_, value) => {
    expect(wireForm(value, 'it')).toMatchObject({ ok: false, error: { code: 'invalid-payload' } })
  })

  it('is found in every one of its spellings', () => {
    const generator = createGenerator(4)
    const spell = (character: string) => {
      const hex = character.charCodeAt(0).toString(16).padStart(4, '0')
      return generator.pick([character, character, `\\u${hex}`, `\\u${hex.toUpperCase()}`])
    }
    for (let round = 0; round < 1_000; round++) {
      const key = Array.from('baro:bytes', spell).join('')
      expect(parseJson(`[{"${key}":"aGVsbG8="}]`), key).toStrictEqual({ ok: true, value: [hello] })
    }
  })

  it('is a key only: a text may say so', () => {
    const value = ['{"baro:bytes":"aGVsbG8="}', { a: 'baro:bytes' }]
    expect(wireForm(value, 'it')).toEqual({ ok: true, value })
  })
})

describe('a value without bytes to read', () => {
  it('is the same object when it is made live, and another one where bytes stand in it', () => {
    const value = { list: [1, { a: null }], text: '한글' }
    expect(liveValue(value)).toBe(value)
    expect(liveValue(undefined)).toBe(undefined)
    expect(liveValue({ a: [form] })).toStrictEqual({ a: [hello] })
  })

  it('is the same object if it holds live bytes, which stay as they are beside others', () => {
    const value = { hello, text: JSON.stringify(form), key: 'baro:bytes' }
    expect(liveValue(value)).toBe(value)
    expect(liveValue({ ...value, a: [form] })).toStrictEqual({ ...value, a: [hello] })
  })

  it('is written as JSON.stringify writes it', () => {
    for (const value of [undefined, () => 1, null, new Date(0), { a: [undefined], d: new Date(0) }, [[]], 'x'])
      expect(jsonText(value)).toBe(JSON.stringify(value))
  })

  it('is refused at once if it refers to itself, however often', () => {
    const circle: Record<string, unknown> = {}
    for (const name of ['a', 'b', 'c']) circle[name] = circle
    expect(wireForm(circle, 'it')).toMatchObject({ ok: false, error: { code: 'invalid-payload' } })
  })
})

it('the types say where bytes are', () => {
  expectTypeOf<WireForm<{ a: Buffer; b: Uint8Array[]; c?: Uint8Array; at: Date }>>().toEqualTypeOf<{
    a: Uint8Array<ArrayBuffer>
    b: Uint8Array<ArrayBuffer>[]
    c?: Uint8Array<ArrayBuffer>
    at: string
  }>()
  expectTypeOf<Bytes>().toExtend<Uint8Array<ArrayBuffer>>()
})
