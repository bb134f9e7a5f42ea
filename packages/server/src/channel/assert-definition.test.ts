import { type AnyChannel, channel } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createRegistry } from './registry.ts'

/** As plain JavaScript calls it, with whatever. */
const plain = channel as unknown as (pattern: unknown, options?: unknown) => AnyChannel
const text = z.string()

describe('what a definition is made of is looked at when a hub takes it', () => {
  test.each<[Record<string, unknown>, string]>([
    [{ events: { message: 'string' } }, 'has "string" as the schema of "message". Give one of zod'],
    [{ events: { message: {} } }, 'has an object as the schema of "message"'],
    [{ events: { message: undefined } }, 'has undefined as the schema of "message"'],
    [{ signals: { typing: () => true } }, 'as the schema of "typing"'],
    [{ requests: { older: text } }, 'has undefined as the schema of the input of "older"'],
    [{ requests: { older: { input: text } } }, 'has undefined as the schema of the output of "older"'],
    [{ members: { state: 1 } }, 'has 1 as the schema of its members'],
    [{ state: { on: {} } }, 'has undefined as the "initial" of its state. Give a function'],
    [{ state: { initial: [], on: {} } }, 'has a list as the "initial" of its state'],
    [
      { events: { message: text }, state: { initial: () => 0, on: { message: 5 } } },
      'has 5 as the reducer of "message"',
    ],
    [{ state: { initial: () => 0, on: {}, redact: true } }, 'has true as the "redact" of its state'],
    [{ state: { initial: () => 0, on: {}, isShort: 1 } }, 'has 1 as the "isShort" of its state'],
    [{ version: 2 }, 'has the version 2. Give a text'],
    [{ version: '' }, 'has the version "".'],
    [{ moderated: 'yes' }, 'is moderated: "yes". Give true or false'],
  ])('%o', (options, message) => {
    const take = () => createRegistry([plain('room:{id}', options)])
    expect(take).toThrow(expect.objectContaining({ code: 'bad-definition' }))
    expect(take).toThrow('The channel "room:{id}" ')
    expect(take).toThrow(message)
  })

  test('a schema that is a function, as those of arktype, is one', () => {
    const schema = Object.assign(() => true, { '~standard': { validate: () => ({ value: 1 }) } })
    expect(() => createRegistry([plain('room:{id}', { events: { message: schema } })])).not.toThrow()
  })
})
