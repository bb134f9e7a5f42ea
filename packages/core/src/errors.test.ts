import { describe, expect, it, vi } from 'vitest'
import { BaroError, type ErrorCode, errorCodes, mayPass, quote } from './errors.ts'

describe('an error', () => {
  it('knows its code, its message, its cause, and whether to try again', () => {
    const cause = new Error('socket')
    const error = new BaroError('unavailable', 'The broker is away. Try again.', { cause })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({
      name: 'BaroError',
      code: 'unavailable',
      message: 'The broker is away. Try again.',
      retry: true,
      cause,
    })
    expect(new BaroError('bad-name', 'x').retry).toBe(false)
  })

  it.each(Object.keys(errorCodes) as ErrorCode[])('%s has a status of HTTP that says an error', (code) => {
    expect(errorCodes[code].status).toBeGreaterThanOrEqual(400)
    expect(errorCodes[code].status).toBeLessThan(600)
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/)
  })

  it.each(Object.keys(errorCodes) as ErrorCode[])('%s says the same about trying again as the table', (code) => {
    expect(mayPass(code)).toBe(errorCodes[code].retry)
  })
})

describe('instanceof', () => {
  /** The class as another bundle of the same process has it. */
  async function otherCopy(): Promise<typeof BaroError> {
    vi.resetModules()
    const { BaroError: other } = await import('./errors.ts')
    expect(other).not.toBe(BaroError)
    return other
  }
  class Narrow extends BaroError {}

  it('knows an error of another copy of the class, both ways', async () => {
    const Other = await otherCopy()
    expect(new Other('refused', 'No.') instanceof BaroError).toBe(true)
    expect(new BaroError('refused', 'No.') instanceof Other).toBe(true)
  })

  it('knows what extends the class, of whichever copy, and does not take the class for it', async () => {
    const Other = await otherCopy()
    class OtherNarrow extends Other {}
    expect(new Narrow('refused', 'No.') instanceof Narrow).toBe(true)
    expect(new Narrow('refused', 'No.') instanceof Other).toBe(true)
    expect(new BaroError('refused', 'No.') instanceof Narrow).toBe(false)
    expect(new OtherNarrow('refused', 'No.') instanceof Narrow).toBe(false)
  })

  it.each<[string, unknown]>([
    ['what JSON says is one', JSON.parse('{"name":"BaroError","code":"refused","message":"","baro.error":true}')],
    ['an error through JSON', JSON.parse(JSON.stringify(new BaroError('refused', 'No.')))],
    ['an error of somebody else', new Error('No.')],
    ['nothing', undefined],
    ['null', null],
    ['a text', 'BaroError'],
  ])('is false for %s', (_, value) => {
    expect(value instanceof BaroError).toBe(false)
  })

  it('adds nothing that is seen', () => {
    const error = new BaroError('refused', 'No.')
    expect(Object.getOwnPropertySymbols(error)).toEqual([])
  })
})

describe('a value in a message', () => {
  it.each<[unknown, string]>([
    ['a "b"\n', '"a \\"b\\"\\n"'],
    [42, '42'],
    [undefined, 'undefined'],
    [null, 'null'],
    [{ a: 1 }, 'an object'],
    [[1, 2], 'a list'],
    [Symbol('x'), 'Symbol(x)'],
  ])('%j is written as %s', (value, text) => {
    expect(quote(value)).toBe(text)
  })

  it('is shortened', () => {
    expect(quote('x'.repeat(1_000_000))).toBe(`"${'x'.repeat(76)}…`)
    expect(quote('\u0000'.repeat(1_000_000)).length).toBeLessThanOrEqual(80)
    expect(quote('x'.repeat(78))).toBe(`"${'x'.repeat(78)}"`)
  })

  it('never throws, whatever an attacker names "toString"', () => {
    expect(quote({ toString: 1, valueOf: 1 })).toBe('an object')
    expect(quote([{ toString: 1, valueOf: 1 }])).toBe('a list')
    expect(quote(Object.create(null))).toBe('an object')
    expect(quote(JSON.parse('['.repeat(100_000) + ']'.repeat(100_000)))).toBe('a list')
  })
})
