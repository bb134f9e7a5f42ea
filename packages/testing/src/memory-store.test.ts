import type { Broker } from '@baro/core/broker'
import { describe, expect, test } from 'vitest'
import { createProbe } from './broker-suite/probe.ts'
import { type BrokerSuiteContext, type BrokerSuiteOptions, brokerSuite } from './broker-suite.ts'
import { createMemoryStore, type MemoryStore } from './memory-store.ts'
import { type BrokerLink, createBrokerLink } from './simulation/broker-link.ts'
import { Tally } from './simulation/tally.ts'
import { createSparseBroker } from './sparse-broker.ts'

const log = { info: () => {}, warn: () => {}, error: () => {} }

/** One process or two on a store, each behind a link that can be cut. */
function nodesOfStore(nodes: 1 | 2, inFront: (broker: Broker) => Broker = (broker) => broker) {
  const stores = new Map<string, MemoryStore>()
  const links = new Map<string, BrokerLink>()
  const nameOf = ({ store, node }: BrokerSuiteContext) => `${store} ${node}`

  async function open(context: BrokerSuiteContext): Promise<Broker> {
    const { clock, randomness, store: name } = context
    const store = stores.get(name) ?? createMemoryStore({ clock, randomness, log })
    stores.set(name, store)
    const broker = store.open()
    const link = createBrokerLink({ broker, clock, randomness, tally: new Tally(), called: () => {} })
    links.set(nameOf(context), link)
    return { ...inFront(link), close: () => broker.close() }
  }

  const options: BrokerSuiteOptions = {
    nodes,
    restart: async () => {},
    loseClaims: async ({ store }) => stores.get(store)?.loseClaims(),
    outage: async (context) => {
      const link = links.get(nameOf(context))
      link?.cut()
      return async () => link?.mend()
    },
  }
  return [open, options] as const
}

brokerSuite('memory store', ...nodesOfStore(1))
brokerSuite('memory store of two processes', ...nodesOfStore(2))

const [openSparse, options] = nodesOfStore(2, (broker) => createSparseBroker(broker))
brokerSuite('sparse offsets over a memory store', openSparse, { ...options, sparse: true })

describe('memory store', () => {
  const bounds = { size: 10, ttlMs: 60_000, bytes: 1_000 }
  const entry = (id: string) => ({ type: 'message', payload: null, id, time: 0 })

  test('a process that has ended is told nothing more and can do nothing more; the store goes on', async () => {
    const store = createMemoryStore({ log })
    const [ended, lives] = [store.open(), store.open()]
    const probe = createProbe()
    await ended.follow('room:1', probe)
    const following = ended.follow('room:1', probe)
    await ended.close()
    await following
    await expect(ended.append('room:1', [entry('a')], bounds)).rejects.toMatchObject({ code: 'unavailable' })
    expect(await lives.append('room:1', [entry('a')], bounds)).toMatchObject({ outcome: 'appended' })
    expect(probe.deliveries).toEqual([])
  })
})
