import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  type ChannelOptions,
  channel,
  type EventInput,
  type PublicationOf,
  type StateOf,
  type TypesOf,
} from './channel.ts'
import type { Params, ParamsOf } from './pattern.ts'
import type { Reference } from './reference.ts'
import type { Snapshot } from './snapshot.ts'

interface Message {
  readonly text: string
  readonly by: string | undefined
}

const room = channel('room:{id}', {
  events: {
    message: z.object({ text: z.string(), at: z.coerce.date() }),
    renamed: z.object({ name: z.string().default('') }),
  },
  signals: { typing: z.object({ on: z.boolean() }) },
  requests: { older: { input: z.object({ before: z.number() }), output: z.array(z.string()) } },
  state: {
    initial: (): readonly Message[] => [],
    on: {
      message: (list, { type, payload, by, offset }) => {
        expectTypeOf(list).toEqualTypeOf<readonly Message[]>()
        expectTypeOf(type).toEqualTypeOf<'message'>()
        // A reducer sees the wire form, so what the schema made a Date is text.
        expectTypeOf(payload).toEqualTypeOf<{ text: string; at: string }>()
        expectTypeOf(by).toEqualTypeOf<string | undefined>()
        expectTypeOf(offset).toEqualTypeOf<number>()
        return [...list, { text: payload.text, by }]
      },
    },
  },
  history: { size: 10, ttl: '2h', bytes: 1_000 },
  version: '7',
})

describe('a channel definition', () => {
  it('makes references from the parameters of its pattern', () => {
    expect(room({ id: 42 })).toEqual({ channel: 'room:42' })
    expect(room({ id: '한글' })).toEqual({ channel: 'room:%ED%95%9C%EA%B8%80' })
    expect(channel('lobby')()).toEqual({ channel: 'lobby' })
    expect(channel('game:{game}:round:{n}')({ game: 'go', n: 1 })).toEqual({ channel: 'game:go:round:1' })
  })

  it('keeps what was defined', () => {
    expect(room.pattern.text).toBe('room:{id}')
    expect(Object.keys(room.events)).toEqual(['message', 'renamed'])
    expect(Object.keys(room.signals)).toEqual(['typing'])
    expect(Object.keys(room.requests)).toEqual(['older'])
    expect(room.state?.initial()).toEqual([])
    expect(room.history).toEqual({ size: 10, ttlMs: 7_200_000, bytes: 1_000 })
    expect(room.version).toBe('7')
  })

  it('has defaults for everything but its pattern', () => {
    const { events, signals, requests, state, history, version } = channel('lobby')
    expect({ events, signals, requests, state, version }).toEqual({
      events: {},
      signals: {},
      requests: {},
      state: undefined,
      version: '1',
    })
    expect(history).toEqual({ size: 1_000, ttlMs: 86_400_000, bytes: 4_194_304 })
  })

  it('may keep no history at all', () => {
    expect(channel('lobby', { history: { size: 0, bytes: 0 } }).history).toMatchObject({ size: 0, bytes: 0 })
  })

  it.each<[string, string, ChannelOptions<never, never, never, never>]>([
    ['the pattern', 'room:', {}],
    ['the size of the history', 'room', { history: { size: -1 } }],
    ['the size of the history, as a fraction', 'room', { history: { size: 1.5 } }],
    ['the bytes of the history', 'room', { history: { bytes: Number.NaN } }],
    ['the age of the history', 'room', { history: { ttl: '0s' } }],
    ['the name of an option', 'room', { histroy: { size: 5 } } as never],
    ['the name of a bound', 'room', { history: { maxSize: 5 } } as never],
    ['the name of a part of the state', 'room', { state: { init: () => [], on: {} } } as never],
    ['the age of the history, which never ends', 'room', { history: { ttl: Number.POSITIVE_INFINITY } }],
    ['a reducer of an event that is none', 'room', { state: { on: { gone: () => null } } } as never],
    ['a reducer of an event of a prototype', 'room', { state: { on: { toString: () => null } } } as never],
  ])('is refused at once if %s is not usable', (_, pattern, options) => {
    expect(() => channel(pattern, options)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
  })

  it.each(['events', 'signals', 'requests'] as const)(
    'is refused with a reserved or unprintable type among its %s',
    (kind) => {
      for (const type of ['baro:mine', 'a\nb', ''])
        expect(() => channel('room', { [kind]: { [type]: z.unknown() } })).toThrow(
          expect.objectContaining({ code: 'bad-definition' }),
        )
    },
  )

  it.each([
    ['no parameters', () => (room as (params?: unknown) => unknown)()],
    ['a parameter that is missing', () => (room as (params?: unknown) => unknown)({ name: 42 })],
    ['a parameter that is null', () => (room as (params?: unknown) => unknown)({ id: null })],
    ['the bare value', () => (room as (params?: unknown) => unknown)('42')],
  ])('called from JavaScript with %s says what it needs', (_, call) => {
    expect(call).toThrow(expect.objectContaining({ code: 'bad-name', message: expect.stringContaining('needs {id}') }))
  })
})

describe('its types', () => {
  it('have the parameters of the pattern, each a text or a number', () => {
    expectTypeOf<ParamsOf<'room:{id}'>>().toEqualTypeOf<{ readonly id: string | number }>()
    expectTypeOf<ParamsOf<'{a}:of:{b}'>>().toEqualTypeOf<{ readonly a: string | number; readonly b: string | number }>()
    expectTypeOf<ParamsOf<'lobby'>>().toEqualTypeOf<Readonly<Record<never, never>>>()
    expectTypeOf(room).parameters.toEqualTypeOf<[params: { readonly id: string | number }]>()
    expectTypeOf(channel('lobby')).parameters.toEqualTypeOf<[]>()
    expectTypeOf<Params>().toEqualTypeOf<Readonly<Record<string, string>>>()
  })

  it('refuse a reference without its parameters, or with others', () => {
    const calls = [
      // @ts-expect-error -- the pattern has {id}: a reference without it names no channel.
      () => room(),
      // @ts-expect-error -- {id} is missing.
      () => room({}),
      // @ts-expect-error -- a misspelt parameter is not {id}.
      () => room({ ids: 42 }),
      // @ts-expect-error -- a parameter is a text or a number.
      () => room({ id: null }),
    ]
    for (const call of calls) expect(call).toThrow('needs {id}')
    // @ts-expect-error -- a pattern without parameters takes none.
    expect(channel('lobby')({ id: 42 })).toEqual({ channel: 'lobby' })
  })

  it('follow a reference and a snapshot', () => {
    expectTypeOf(room({ id: 1 })).toEqualTypeOf<Reference<TypesOf<typeof room>>>()
    expectTypeOf<StateOf<typeof room>>().toEqualTypeOf<readonly Message[]>()
    expectTypeOf<Snapshot<TypesOf<typeof room>>['value']>().toEqualTypeOf<readonly Message[]>()
    expectTypeOf<TypesOf<typeof room>['pattern']>().toEqualTypeOf<'room:{id}'>()
    const lobby = channel('lobby')
    expectTypeOf<StateOf<typeof lobby>>().toEqualTypeOf<undefined>()
  })

  it('tell what publishing takes from what a reader gets', () => {
    expectTypeOf<EventInput<typeof room, 'renamed'>>().toEqualTypeOf<{ name?: string | undefined }>()
    type Publications = PublicationOf<(typeof room)['events']>
    expectTypeOf<Extract<Publications, { type: 'renamed' }>['payload']>().toEqualTypeOf<{ name: string }>()
    expectTypeOf<Publications['type']>().toEqualTypeOf<'message' | 'renamed'>()
  })

  it('refuse a reducer that returns something else than the state', () => {
    const events = { added: z.number() }
    const sum = channel('sum', {
      events,
      state: { initial: () => 0, on: { added: (total, { payload }) => total + payload } },
    })
    expectTypeOf<StateOf<typeof sum>>().toEqualTypeOf<number>()
    const wrong = channel('sum', {
      events,
      // @ts-expect-error -- the state is a number.
      state: { initial: () => 0, on: { added: () => 'text' } },
    })
    expect(wrong.state?.initial()).toBe(0)
  })
})

describe('what plain JavaScript may pass to channel', () => {
  const plain = channel as unknown as (pattern?: unknown, options?: unknown) => unknown
  it.each<[readonly unknown[], string]>([
    [[], 'A channel has a pattern such as "room:{id}", and not undefined'],
    [[42], 'and not 42'],
    [[{ name: 'room' }], 'and not an object'],
    [['room', null], '"room" has null where an object of params events'],
    [['room', 'message'], '"room" has "message" where'],
    [['room', { history: 100 }], '"room" has 100 where an object of size ttl bytes belongs'],
    [['room', { state: () => [] }], 'where an object of initial on redact isShort belongs'],
    [['room', { members: true }], '"room" has true where an object of state belongs'],
    [['room', { members: { stat: {} } }], '"room" has an option "stat". Known are: state'],
    [['room:{id}', { params: { id: /x/ } }], 'The rule for {id} of "room:{id}" is an object. Give a function'],
  ])('%o is refused', (args, message) => {
    expect(() => plain(...args)).toThrow(expect.objectContaining({ code: 'bad-definition' }))
    expect(() => plain(...args)).toThrow(message)
  })
})
