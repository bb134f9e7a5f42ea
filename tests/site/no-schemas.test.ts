import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import * as unchecked from '../../examples/site/channels/no-schemas.ts'

const folder = fileURLToPath(new URL('../../examples/site/channels/', import.meta.url))

test('what a browser gets in the place of zod has each name that a channel calls', () => {
  const used = readdirSync(folder).flatMap((file) =>
    [...readFileSync(folder + file, 'utf8').matchAll(/\bz\s*\.([A-Za-z]+)/g)].map(([, name = '']) => name),
  )
  expect(used.length).toBeGreaterThan(50)
  // `z.infer` is a type, which is gone by then.
  expect([...new Set(used)].filter((name) => name !== 'infer' && !(name in unchecked))).toEqual([])
})

test('it is a schema that takes everything, whatever is asked of it', () => {
  const schema = unchecked.object({ name: unchecked.string().check?.(unchecked.minLength(1)) })
  const { validate } = schema['~standard'] as unknown as { validate(value: unknown): unknown }
  expect(validate({ name: '' })).toEqual({ value: { name: '' } })
})
