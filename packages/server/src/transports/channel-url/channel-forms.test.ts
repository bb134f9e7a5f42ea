import { startOf } from '@baro/core'
import { expect, test } from 'vitest'
import { sseForm } from './channel-forms.ts'

test('a reset is made once for all who begin at the same snapshot for the same reason', () => {
  const { encodeReset } = sseForm('publication')
  const position = startOf('epoch')
  const [snapshot, later] = ['[1]', '[1,2]'].map((valueText) => ({ position, valueText }))
  if (!snapshot || !later) throw new Error('There are two.')
  const bytes = encodeReset('epoch', snapshot)
  expect(encodeReset('epoch', snapshot)).toBe(bytes)
  expect(Buffer.from(encodeReset('trimmed', snapshot) ?? []).toString()).toContain('"reason":"trimmed","snapshot":[1]')
  expect(Buffer.from(encodeReset('epoch', later) ?? []).toString()).toContain('"reason":"epoch","snapshot":[1,2]')
})
