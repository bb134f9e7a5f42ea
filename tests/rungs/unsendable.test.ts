import { describe, expect, it } from 'vitest'
import { clientRungs } from './client-rungs.ts'
import { openStage } from './rung-stage.ts'

const cyclic: unknown[] = []
cyclic.push({ cyclic })

/** What JSON would lose, or cannot write. */
const unsendable: readonly (readonly [what: string, payload: unknown])[] = [
  ['a function', () => 1],
  ['a number without an end', 10n],
  ['a symbol deep in it', { list: [{ symbol: Symbol('a') }] }],
  ['itself in it', cyclic],
  ['the key "__proto__" deep in it', { list: [[{ beside: 1, deep: JSON.parse('{"__proto__":{"isAdmin":true}}') }]] }],
  ['a hole', new Array(3)],
  [
    'a getter that throws',
    {
      get text() {
        throw new Error('no')
      },
    },
  ],
  ['a Map', { members: new Map([['a', 1]]) }],
  ['300 levels', JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`)],
]

describe.each(clientRungs)('over %s', (_, createTransport) => {
  it('what cannot be sent is refused where it is, and nothing before or behind it waits', async () => {
    const { clock, hub, follow, settled, until } = await openStage()
    const { client, subscription, states } = await follow(createTransport(clock))
    const before = states.length
    const good: Promise<unknown>[] = []
    for (const [what, payload] of unsendable) {
      good.push(subscription.publish('said', `before ${what}`))
      for (const refused of [subscription.publish('said', payload), subscription.request('ask', payload)])
        await expect(refused, what).rejects.toMatchObject({ code: 'invalid-payload' })
      expect(() => subscription.signal('typing', payload), what).toThrow(
        expect.objectContaining({ code: 'invalid-payload' }),
      )
      good.push(subscription.publish('said', `behind ${what}`))
    }
    await settled(Promise.all(good))
    const texts = unsendable.flatMap(([what]) => [`before ${what}`, `behind ${what}`])
    await until(() => expect(subscription.current).toMatchObject({ state: texts, pending: [] }))
    expect({ rejected: hub.counters.rejected, states: states.slice(before) }).toEqual({ rejected: 0, states: [] })
    expect(client.counters.reset).toBe(1)
  })

  it('what is no text, no value, or half a character arrives as what it is', async () => {
    const { clock, follow, settled, until } = await openStage()
    const { subscription } = await follow(createTransport(clock))
    const halves = 'a\ud800b\udc00 \u2028 \0 한글'
    const sent = [undefined, halves, { [halves]: [halves] }, -0, { left: undefined, kept: 1 }, '']
    await settled(Promise.all(sent.map((payload) => subscription.publish('said', payload))))
    await until(() => expect(subscription.current.pending).toEqual([]))
    expect(subscription.current.state).toEqual([null, halves, { [halves]: [halves] }, 0, { kept: 1 }, ''])
    expect(await settled(subscription.request('ask', halves))).toBe(halves)
  })

  it.each([[{}], [[]], [7.5], [() => 1], ['half \ud800'], ['a'.repeat(65)], ['with space'], ['']])(
    'a publish called %j is refused, and settles',
    async (id) => {
      const { clock, follow, settled, until } = await openStage()
      const { subscription } = await follow(createTransport(clock))
      const refused = subscription.publish('said', 'bad', { id: id as never }).catch(({ code }) => code)
      const behind = subscription.publish('said', 'behind')
      expect(await settled(refused)).toBe('bad-id')
      await settled(behind)
      await until(() => expect(subscription.current).toMatchObject({ state: ['behind'], pending: [] }))
    },
  )

  it('of a burst one that is too long is refused alone, whether there is a link yet or not', async () => {
    const { clock, open, settled, until } = await openStage()
    const { subscription, states } = open(createTransport(clock))
    const long = '가'.repeat(30_000)
    for (const when of ['before the link', 'on the link']) {
      const published = ['first', long, 'last'].map((text) =>
        subscription.publish('said', text === long ? text : `${text} ${when}`),
      )
      const outcomes = await settled(Promise.allSettled(published))
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(outcomes[1]).toMatchObject({ reason: { code: 'too-large' } })
    }
    const texts = ['first before the link', 'last before the link', 'first on the link', 'last on the link']
    await until(() => expect(subscription.current).toMatchObject({ state: texts, pending: [] }))
    expect(states).toEqual(['connecting', 'live'])
  })
})
