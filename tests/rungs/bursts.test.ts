import { BaroError } from '@baro/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { clientRungs } from './client-rungs.ts'
import { createCuttingLink } from './cutting-link.ts'
import { openStage } from './rung-stage.ts'

const texts = (count: number, name = 'text') => Array.from({ length: count }, (_, index) => `${name} ${index}`)

describe.each(clientRungs)(
  'over %s the order of what one page publishes is the order of the channel',
  (_, createTransport) => {
    it('I1, I5: although the hub takes a part of a burst only later, for its rate', async () => {
      const limits = { messagesPerSecond: 10, maxMessagesAtWork: 5 }
      const { clock, hub, follow, settled, until } = await openStage({}, { limits })
      const { subscription } = await follow(createTransport(clock))
      const burst = texts(60)
      const receipts = settled(Promise.all(burst.map((text) => subscription.publish('said', text))))
      expect(new Set((await receipts).map(({ id }) => id)).size).toBe(60)
      await until(() => expect(subscription.current).toMatchObject({ state: burst, pending: [] }))
      expect(hub.counters.published).toBe(60)
    })

    it('I1, I5: although the hub refuses in the middle, now and then', async () => {
      let calls = 0
      const access = ({ action }: { readonly action: string }) => {
        if (action === 'publish' && ++calls % 7 === 3) throw new BaroError('unavailable', 'Who knows?')
        return true
      }
      const { clock, follow, settled, until } = await openStage({ access })
      const { subscription } = await follow(createTransport(clock))
      const burst = texts(30)
      await settled(Promise.all(burst.map((text) => subscription.publish('said', text))))
      await until(() => expect(subscription.current).toMatchObject({ state: burst, pending: [] }))
    })

    it('I1, I5: although the link is cut in the middle, again and again', async () => {
      const { clock, hub, port, follow, settled, until } = await openStage()
      const link = await createCuttingLink(port)
      onTestFinished(() => link.close())
      const { subscription } = await follow(createTransport(clock), { origin: link.origin })
      const burst = texts(120)
      const published = Promise.all(burst.map((text) => subscription.publish('said', text)))
      // What is open stays open; each further link carries a little more than the one before it.
      link.cutAfter(0)
      link.cutAll()
      for (const bytes of [0, 300, 700, 2_000]) {
        link.cutAfter(bytes)
        await settled(new Promise<void>((resolve) => void clock.after(2_500, resolve)))
      }
      link.cutAfter(Number.POSITIVE_INFINITY)
      await settled(published)
      await until(() => expect(subscription.current).toMatchObject({ state: burst, pending: [] }))
      expect(hub.counters.published).toBe(120)
    })

    it('I5: in which the page answers what it is told', async () => {
      const { clock, hub, follow, settled, until } = await openStage()
      const { subscription } = await follow(createTransport(clock))
      const answered: Promise<unknown>[] = []
      subscription.onPublication(({ payload }) => {
        const text = String(payload)
        if (text.startsWith('ask')) answered.push(subscription.publish('said', `answer to ${text}`))
      })
      const asks = texts(10, 'ask')
      await settled(Promise.all(asks.map((text) => hub.publish({ channel: 'room:1' }, 'said', text))))
      await until(() => expect(answered).toHaveLength(10))
      await settled(Promise.all(answered))
      const expected = [...asks, ...asks.map((text) => `answer to ${text}`)]
      await until(() => {
        expect(subscription.current.pending).toEqual([])
        expect([...subscription.current.state].sort()).toEqual([...expected].sort())
      })
      const shown = subscription.current.state.filter((text) => String(text).startsWith('answer'))
      expect(shown).toEqual(asks.map((text) => `answer to ${text}`))
    })

    it('I1, I5: that begins before there is a link, and goes on while it connects', async () => {
      const { clock, hub, open, settled, until } = await openStage()
      const { client, subscription } = open(createTransport(clock))
      const burst = texts(40)
      const published: Promise<unknown>[] = []
      const stop = client.onStatus(() => published.push(subscription.publish('said', burst[published.length] ?? '')))
      for (let count = 0; count < 5; count++) {
        published.push(subscription.publish('said', burst[published.length] ?? ''))
        await new Promise<void>((resolve) => setImmediate(resolve))
      }
      await until(() => expect(client.status.state).toBe('live'))
      stop()
      await until(() => expect(subscription.current.status.state).toBe('live'))
      while (published.length < 40) published.push(subscription.publish('said', burst[published.length] ?? ''))
      await settled(Promise.all(published))
      await until(() => expect(subscription.current).toMatchObject({ state: burst, pending: [] }))
      expect(hub.counters.published).toBe(40)
    })

    it('I5: of more than one body of a request may hold', async () => {
      const limits = { messagesPerSecond: 10_000, bytesPerSecond: 1e9, maxMessagesAtWork: 5_000 }
      const { clock, hub, follow, settled, until } = await openStage({}, { limits })
      const { subscription } = await follow(createTransport(clock))
      // Of more than a history keeps, too. Each that is confirmed folds those that are not anew: the time grows faster than their number.
      const burst = texts(1_050)
      await settled(Promise.all(burst.map((text) => subscription.publish('said', text))))
      await until(() => expect(subscription.current.pending).toEqual([]))
      expect(subscription.current.state).toEqual(burst)
      expect(hub.counters.published).toBe(1_050)
    })
  },
)
