import { describe, expect, it } from 'vitest'
import { clientRungs } from './client-rungs.ts'
import { openStage, type RungStage } from './rung-stage.ts'

/** Longer than a question may be without an answer, and shorter than a handshake may take. */
const authMs = 6_000

describe.each(clientRungs)('I6: an auth that takes six seconds, over %s', (_, createTransport) => {
  it('delays, and costs neither the link nor a publish', async () => {
    const stage: RungStage = await openStage(
      {},
      { auth: () => new Promise((resolve) => stage.clock.after(authMs, () => resolve({ id: 'ada' }))) },
    )
    const follower = await stage.follow(createTransport(stage.clock))
    await stage.settled(follower.subscription.publish('said', 'hello'))
    await stage.until(() => expect(follower.shown).toEqual(['hello']))
    expect(follower.states).toEqual(['connecting', 'live'])
  })
})
