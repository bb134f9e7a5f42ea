import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Schema, type SchemaResult, validatePayload } from './schema.ts'

const validator = (validate: (value: unknown) => unknown): Schema => ({
  '~standard': { version: 1, vendor: 'test', validate: validate as (value: unknown) => SchemaResult<unknown> },
})

describe('a payload that fits its schema', () => {
  it('is what the schema makes of it: unknown keys dropped, defaults filled, values coerced', async () => {
    const schema = z.object({ text: z.string().trim(), to: z.string().default('all'), at: z.coerce.number() })
    expect(await validatePayload(schema, { text: ' hi ', at: '5', extra: 1 }, 'it')).toEqual({
      ok: true,
      value: { text: 'hi', to: 'all', at: 5 },
    })
  })

  it('is accepted by a validator that takes its time', async () => {
    const schema = z.string().refine(async (value) => value !== 'taken')
    expect(await validatePayload(schema, 'free', 'it')).toEqual({ ok: true, value: 'free' })
    expect(await validatePayload(schema, 'taken', 'it')).toMatchObject({
      ok: false,
      error: { code: 'invalid-payload' },
    })
  })

  it('comes out in its wire form', async () => {
    const schema = validator((value) => ({ value: { at: new Date(0), gone: undefined, value } }))
    expect(await validatePayload(schema, 1, 'it')).toEqual({
      ok: true,
      value: { at: '1970-01-01T00:00:00.000Z', value: 1 },
    })
  })

  it('is refused if its wire form is none', async () => {
    const schema = validator((value) => ({ value }))
    expect(await validatePayload(schema, 1n, 'it')).toMatchObject({ ok: false, error: { code: 'invalid-payload' } })
  })
})

describe('a payload that does not fit', () => {
  it('is refused with what is wrong, and where', async () => {
    const result = await validatePayload(
      z.object({ list: z.array(z.object({ n: z.number() })) }),
      { list: [{ n: 'x' }] },
      'The payload of "add"',
    )
    expect(result).toMatchObject({ ok: false, error: { code: 'invalid-payload' } })
    expect(result.ok || result.error.message).toMatch(/^The payload of "add" is not valid: list\.0\.n: /)
  })

  it('names at most five complaints, in at most 500 characters, whatever the schema repeats', async () => {
    const many = validator(() => ({
      issues: Array.from({ length: 9 }, (_, i) => ({ message: `no ${i}`, path: [{ key: 'at' }, i] })),
    }))
    const few = await validatePayload(many, 1, 'it')
    expect(few.ok || few.error.message).toBe(
      'it is not valid: at.0: no 0; at.1: no 1; at.2: no 2; at.3: no 3; at.4: no 4.',
    )
    const long = await validatePayload(
      validator((value) => ({ issues: [{ message: String(value) }] })),
      'x'.repeat(1_000_000),
      'it',
    )
    expect(long.ok || long.error.message.length).toBeLessThan(600)
  })
})

describe('a schema that throws', () => {
  it.each([
    [
      'at once',
      () => {
        throw new Error('db password wrong')
      },
    ],
    [
      'later',
      async () => {
        throw new Error('db password wrong')
      },
    ],
    [
      'something that is no error',
      () => {
        throw undefined
      },
    ],
    ['by giving back nothing', () => undefined],
    ['by giving back complaints that are no list', () => ({ issues: 'x' })],
  ])('%s fails the payload, and its message does not leak to the sender', async (_, validate) => {
    const result = await validatePayload(validator(validate), { text: 'hi' }, 'The payload of "message"')
    expect(result).toMatchObject({ ok: false, error: { code: 'handler-failed' } })
    expect(result.ok || result.error.message).toBe(
      'The schema of The payload of "message" threw. The server\'s log says what.',
    )
  })

  it('keeps what it threw for the log', async () => {
    const boom = new Error('boom')
    const result = await validatePayload(
      validator(() => Promise.reject(boom)),
      1,
      'it',
    )
    expect(result.ok || result.error.cause).toBe(boom)
  })
})
