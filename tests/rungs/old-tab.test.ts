/** A tab of an older version, on the link of newer ones. */
import { createSharedTransport } from '@baro/client/transports'
import type { AnyChannel } from '@baro/core'
import { createSeededRandomness } from '@baro/testing'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../tabs/browser.ts'
import { clientRungs } from './client-rungs.ts'
import { openStage, room } from './rung-stage.ts'

describe.each(clientRungs)('over %s', (_, createTransport) => {
  it('I2: a tab of an older version changes nothing for those that share its link', async () => {
    const stage = await openStage()
    const { clock, hub, until, pass } = stage
    const browser = new FakeBrowser(clock)
    const randomness = createSeededRandomness('tabs')
    const openTab = () => {
      const { locks, BroadcastChannel } = browser.open()
      return stage.open(createSharedTransport(createTransport(clock), { clock, randomness, locks, BroadcastChannel }))
    }
    const current = openTab()
    const shown = current.client.subscribe(room, room({ id: 2 }))
    await until(() => expect(shown.current.status.state).toBe('live'))
    const old = openTab()
    await until(() => expect(old.subscription.current.status.state).toBe('live'))
    const definition = Object.assign(room.bind(null), room, { version: '0' }) as AnyChannel
    const outdated = old.client.subscribe(definition, room({ id: 2 }))
    await until(() => expect(outdated.current.status.state).toBe('outdated'))
    await pass(3_000)
    await hub.publish({ channel: 'room:2' }, 'said', 'hello')
    await until(() => expect(shown.current.state).toEqual(['hello']))
    expect(shown.current.status.state).toBe('live')
  })
})
