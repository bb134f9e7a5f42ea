import { followMembers, track } from '@baro/client/members'
import { createSharedTransport } from '@baro/client/transports'
import { createSeededRandomness } from '@baro/testing'
import { describe, expect, it } from 'vitest'
import { FakeBrowser } from '../tabs/browser.ts'
import { clientRungs } from './client-rungs.ts'
import { type Follower, openStage, room } from './rung-stage.ts'

const maxSubscriptions = 4

async function openBrowser(createTransport: (typeof clientRungs)[number][1], limits: object) {
  const stage = await openStage({}, { limits: { maxSubscriptions, ...limits } })
  const { clock } = stage
  const browser = new FakeBrowser(clock)
  const randomness = createSeededRandomness('tabs')
  function openTab(): Follower & { crash(): void } {
    const tab = browser.open()
    const transport = createSharedTransport(createTransport(clock), {
      clock,
      randomness,
      locks: tab.locks,
      BroadcastChannel: tab.BroadcastChannel,
    })
    const links = new Set<() => void>()
    const follower = stage.open({
      get rung() {
        return transport.rung
      },
      get isShared() {
        return transport.isShared ?? false
      },
      open(url, events) {
        const link = transport.open(url, events)
        links.add(link.close)
        return link
      },
    })
    return Object.assign(follower, {
      crash() {
        tab.crash()
        for (const close of links) close()
      },
    })
  }
  return { ...stage, openTab }
}

const stateOf = ({ current }: Follower['subscription']) => current.status.state

describe.each(clientRungs)('over %s', (_, createTransport) => {
  it('each tab has room for as many channels as a link has, whoever leads', async () => {
    const { openTab, until } = await openBrowser(createTransport, {})
    const all: Follower['subscription'][] = []
    for (let tab = 0; tab < 3; tab++) {
      const { client, subscription } = openTab()
      all.push(subscription)
      for (let more = 1; more < maxSubscriptions; more++)
        all.push(client.subscribe(room, room({ id: 10 * (tab + 1) + more })))
    }
    await until(() => expect(all.map(stateOf)).toEqual(all.map(() => 'live')))
  })

  it('channels that find no room become live by themselves once others are closed', async () => {
    const { openTab, until } = await openBrowser(createTransport, {})
    const { client } = openTab()
    const all = Array.from({ length: maxSubscriptions + 1 }, (_, index) =>
      client.subscribe(room, room({ id: 10 + index })),
    )
    await until(() => expect(all.map(stateOf).filter((state) => state === 'waiting').length).toBeGreaterThan(0))
    const waiting = all.filter((one) => stateOf(one) === 'waiting')
    for (const one of all.filter((one) => stateOf(one) === 'live').slice(0, waiting.length)) one.close()
    await until(() => expect(waiting.map(stateOf)).toEqual(waiting.map(() => 'live')))
  })

  it('I9: tabs of a guest are one member, and each knows which, also under another leader', async () => {
    const { openTab, clock, until } = await openBrowser(createTransport, {})
    const leader = openTab()
    await until(() => expect(leader.subscription.current.status.rung).not.toBeNull())
    const tabs = [openTab(), openTab()].map(({ client }) => {
      track(client, room({ id: 1 }), { mood: 'calm' }, clock)
      return followMembers(client, room({ id: 1 }))
    })
    const look = () => {
      const [me, ...others] = tabs.flatMap(({ current, me }) => [me, ...(current.list ?? []).map(({ id }) => id)])
      expect(me).toMatch(/^guest:/)
      expect(others).toEqual([me, me, me])
    }
    await until(look)
    leader.crash()
    await until(() => expect(tabs.map(({ status }) => status.state)).toEqual(['live', 'live']))
    await until(look)
  })

  it('a leader that dies while channels wait for room takes nobody with it', async () => {
    const { openTab, hub, until } = await openBrowser(createTransport, {})
    const leader = openTab()
    for (let more = 0; more < maxSubscriptions; more++) leader.client.subscribe(room, room({ id: 10 + more }))
    await until(() => expect(leader.subscription.current.status.rung).not.toBeNull())
    const others = [openTab(), openTab()]
    await until(() => expect(others.map(({ subscription }) => stateOf(subscription))).toEqual(['live', 'live']))
    leader.crash()
    await hub.publish({ channel: 'room:1' }, 'said', 'after it')
    await until(() => expect(others.map(({ shown }) => shown)).toEqual([['after it'], ['after it']]))
  })

  it('I1: what each of several tabs publishes at once is in order, although they share the rate of a link', async () => {
    const { openTab, until, settled } = await openBrowser(createTransport, { messagesPerSecond: 20 })
    const tabs = [openTab(), openTab(), openTab()]
    await until(() => expect(tabs.map(({ subscription }) => stateOf(subscription))).toEqual(tabs.map(() => 'live')))
    const texts = (tab: number) => Array.from({ length: 20 }, (_, index) => `${tab} ${index}`)
    await settled(
      Promise.all(
        tabs.flatMap(({ subscription }, tab) => texts(tab).map((text) => subscription.publish('said', text))),
      ),
    )
    for (const { subscription } of tabs)
      await until(() => {
        expect(subscription.current.state).toHaveLength(60)
        for (const tab of tabs.keys())
          expect(subscription.current.state.filter((text) => String(text).startsWith(`${tab} `))).toEqual(texts(tab))
      })
  })
})
