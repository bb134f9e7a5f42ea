import { BaroError } from '@baro/core'
import { describe, expect, it } from 'vitest'
import { clientRungs } from './client-rungs.ts'
import { openStage, room } from './rung-stage.ts'

describe.each(clientRungs)('I5: over %s an id that the application chose', (_, createTransport) => {
  it('names a publish in each of two channels, and each gets its own answer', async () => {
    const access = ({ action, params }: { readonly action: string; readonly params: { readonly id: string } }) => {
      if (action === 'publish' && params.id === '2') throw new BaroError('refused', 'Not here.')
      return true
    }
    const { clock, follow, settled, until } = await openStage({ access })
    const { client, subscription } = await follow(createTransport(clock))
    const other = client.subscribe(room, room({ id: 2 }))
    await until(() => expect(other.current.status.state).toBe('live'))
    const here = subscription.publish('said', 'x', { id: 'order-1' })
    const there = other.publish('said', 'x', { id: 'order-1' })
    const [taken, refused] = await settled(Promise.allSettled([here, there]))
    expect(taken).toMatchObject({ status: 'fulfilled', value: { id: 'order-1', position: expect.any(String) } })
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'refused' } })
    await until(() => expect(subscription.current).toMatchObject({ state: ['x'], pending: [] }))
    expect(other.current).toMatchObject({ state: [], pending: [] })
  })

  it('twice at once publishes once; both get the first answer, and what follows is sent', async () => {
    const { clock, hub, follow, settled, until } = await openStage()
    const { subscription } = await follow(createTransport(clock))
    const twice = [1, 2].map(() => subscription.publish('said', 'x', { id: 'order-1' }))
    const [first, second] = await settled(Promise.all(twice))
    expect(second).toEqual(first)
    await settled(subscription.publish('said', 'later'))
    await until(() => expect(subscription.current).toMatchObject({ state: ['x', 'later'], pending: [] }))
    expect(hub.counters.published).toBe(2)
  })
})
