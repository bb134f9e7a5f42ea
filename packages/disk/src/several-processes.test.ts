import { expect, test } from 'vitest'
import { warningAboutSeveral } from './several-processes.ts'

test.each([
  [true, undefined, 'a worker of node:cluster'],
  [false, '1', 'instance 1 of PM2'],
])('of several processes each is told that it is a world of its own (%s, %s)', (isWorker, instance, sign) => {
  expect(warningAboutSeveral(isWorker, instance)).toMatch(new RegExp(`${sign}.*Start one process`))
})

test('a process alone is told nothing', () => {
  expect([warningAboutSeveral(false, undefined), warningAboutSeveral(false, '0')]).toEqual([undefined, undefined])
})
