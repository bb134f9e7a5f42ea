import { describe, expect, test } from 'vitest'
import { AtWork, AtWorkTogether } from './at-work.ts'
import type { Principal } from './principal.ts'

/** Links of principals, whose work ends when a test says so. */
function setUp(timesPerUser = 2, timesPerAddress = 3) {
  const together = new AtWorkTogether({ maxMessagesAtWork: 2, timesPerUser, timesPerAddress, timesPerKey: 5 })
  const ends: (() => void)[] = []
  const link = (principal: Principal) => {
    const atWork = new AtWork(2, together, principal)
    return async (): Promise<string> => {
      const begin = async () => atWork.do(() => new Promise<void>((resolve) => ends.push(resolve)))
      const done = begin()
      return Promise.race([done.then(() => 'done'), Promise.resolve().then(() => Promise.resolve('at work'))]).catch(
        ({ code }) => code,
      )
    }
  }
  return { link, endAll: () => ends.splice(0).forEach((end) => void end()) }
}

describe('I7: what is at work', () => {
  test.each<[string, Principal, number]>([
    ['a user', { user: { id: 'ada' }, address: '10.0.0.1' }, 4],
    ['an address', { address: '10.0.0.1' }, 6],
  ])('of %s is bounded over all links, and each has its own', async (_, principal, most) => {
    const { link, endAll } = setUp()
    const begin = async () => {
      const begun: string[] = []
      for (let links = 0; links < 10; links++) {
        const send = link(principal)
        begun.push(await send(), await send(), await send())
      }
      return begun.filter((one) => one === 'at work').length
    }
    expect(await begin()).toBe(most)
    expect(await link({ address: '10.0.0.2' })()).toBe('at work')
    expect(await link({ user: { id: 'bob' }, address: '10.0.0.1' })()).toBe('at work')
    endAll()
    await Promise.resolve()
    await new Promise<void>((resolve) => queueMicrotask(resolve))
    expect(await begin()).toBe(most)
  })

  test('of somebody whose address is not known is bounded by the link alone', async () => {
    const { link } = setUp()
    for (let links = 0; links < 10; links++) expect(await link({ session: 'a' })()).toBe('at work')
    const send = link({ session: 'b' })
    expect([await send(), await send(), await send()]).toEqual(['at work', 'at work', 'rate-limited'])
  })

  test('Infinity lifts the bound of an address', async () => {
    const { link } = setUp(2, Number.POSITIVE_INFINITY)
    for (let links = 0; links < 100; links++) expect(await link({ address: '10.0.0.1' })()).toBe('at work')
  })
})
