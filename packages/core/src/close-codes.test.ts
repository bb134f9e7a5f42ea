import { expect, it } from 'vitest'
import { closeCodes, isFinalClose } from './close-codes.ts'

it('the range of a close code says whether to come back or to give up', () => {
  const final = Object.entries(closeCodes).filter(([, code]) => isFinalClose(code))
  expect(final.map(([name]) => name)).toEqual(['wrong-protocol', 'unauthenticated', 'refused'])
  expect([4499, 4500, 4999, 5000].map(isFinalClose)).toEqual([false, true, true, false])
})

it('no close code is used twice, and every one may be sent', () => {
  const codes = Object.values(closeCodes)
  expect(new Set(codes).size).toBe(codes.length)
  for (const code of codes) expect((code >= 1000 && code <= 1014) || (code >= 4000 && code <= 4999)).toBe(true)
})
