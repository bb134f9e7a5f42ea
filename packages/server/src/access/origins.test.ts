import { describe, expect, test } from 'vitest'
import { RecordedLog } from '../../test/fake-client.ts'
import { createOriginCheck } from './origins.ts'

function setUp(options: { readonly origins?: readonly string[]; readonly development?: boolean } = {}) {
  const log = new RecordedLog()
  const isAllowed = createOriginCheck({ origins: [], development: false, log, ...options })
  return { log, from: (origin: string | undefined, host = 'shop.example') => isAllowed({ origin, host }) }
}

describe('an origin', () => {
  test('that serves the page itself is allowed, port and all', () => {
    const { from } = setUp()
    expect(from('https://shop.example')).toBe(true)
    expect(from('http://localhost:3000', 'localhost:3000')).toBe(true)
    expect(from('http://localhost:3001', 'localhost:3000')).toBe(false)
    expect(from('https://shop.example.evil.example')).toBe(false)
  })

  test('that is listed is allowed, exactly as it is', () => {
    const { from } = setUp({ origins: ['https://www.example', 'null'] })
    expect(from('https://www.example')).toBe(true)
    expect(from('null')).toBe(true)
    expect(from('http://www.example')).toBe(false)
    expect(from('https://www.example:8443')).toBe(false)
  })

  test.each(['http://localhost:5173', 'http://127.0.0.1:5173', 'https://[::1]:5173'])(
    '%s is allowed in development only',
    (origin) => {
      expect(setUp({ development: true }).from(origin)).toBe(true)
      expect(setUp().from(origin)).toBe(false)
    },
  )

  test.each(['https://evil.example', 'http://localhost.evil.example', 'null', 'garbage', ''])(
    '%j is refused',
    (origin) => {
      expect(setUp({ development: true }).from(origin)).toBe(false)
    },
  )

  test('may be absent, because then the client is no browser', () => {
    expect(setUp().from(undefined)).toBe(true)
  })

  test('that is refused is logged once, in one line, with the setting that allows it', () => {
    const { from, log } = setUp()
    from('https://other.example')
    from('https://other.example')
    expect(log.warnings).toEqual([
      'Refused the origin "https://other.example". To allow it: createHub({ origins: ["https://other.example"] }).',
    ])
  })

  test('I7: a client that invents origins fills neither the memory nor the log', () => {
    const { from, log } = setUp()
    for (let index = 0; index < 1_000; index++) from(`https://${index}.example/${'x'.repeat(10_000)}`)
    expect(log.warnings).toHaveLength(100)
    expect(Math.max(...log.warnings.map(({ length }) => length))).toBeLessThan(1_000)
  })

  test('cannot break the line it is logged in', () => {
    const { from, log } = setUp()
    from('https://evil.example\nERROR all is lost')
    expect(log.warnings[0]).not.toContain('\n')
  })
})
