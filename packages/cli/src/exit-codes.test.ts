import { BaroError, type ErrorCode } from '@baro/core'
import { expect, test } from 'vitest'
import { exitCodeOf, exitCodes } from './exit-codes.ts'

test.each<[ErrorCode, keyof typeof exitCodes]>([
  ['bad-name', 'wrong'],
  ['unknown-channel', 'wrong'],
  ['outdated', 'wrong'],
  ['invalid-payload', 'wrong'],
  ['unauthenticated', 'refused'],
  ['refused', 'refused'],
  ['unavailable', 'later'],
  ['rate-limited', 'later'],
  ['in-progress', 'later'],
  ['handler-failed', 'failed'],
  ['not-kept', 'failed'],
  ['unknown-outcome', 'failed'],
])('a script that meets %s is told "%s"', (code, exit) => {
  expect(exitCodeOf(new BaroError(code, 'No.'))).toBe(exitCodes[exit])
})

test('what is no error of a hub is a bug of the command', () => {
  expect(exitCodeOf(new TypeError('undefined is not a function'))).toBe(exitCodes.bug)
})
