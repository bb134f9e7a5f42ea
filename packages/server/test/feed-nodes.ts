/** One broker, and any number of nodes on it, each with its own link to the broker and its own feed. */

import type { Signal } from '@baro/core'
import { type Appended, type Delivery, recover } from '@baro/core/broker'
import { type AtPosition, startOf } from '@baro/core/protocol'
import { createFakeClock, createSeededRandomness } from '@baro/testing'
import type { Resolved } from '../src/channel/registry.ts'
import type { Batch } from '../src/delivery/batch.ts'
import { unencoded } from '../src/delivery/dialect.ts'
import type { LiveReader } from '../src/delivery/live-group.ts'
import { Ticker } from '../src/delivery/ticker.ts'
import { createMemoryBroker } from '../src/memory-broker/memory-broker.ts'
import { createCounters } from '../src/observe/counters.ts'
import { unobserved } from '../src/observe/observation.ts'
import { defaultLimits, type Limits } from '../src/ports/limits.ts'
import { brokerSource } from '../src/stream/broker-source.ts'
import { Feed } from '../src/stream/feed.ts'
import { ForeignEvents } from '../src/stream/foreign-events.ts'
import { RecordedLog, room } from './fake-client.ts'
import { tamperWith } from './tampered-broker.ts'

/** The channel of all these tests. */
export const roomOne: Resolved = {
  channel: 'room:1',
  params: { id: '1' },
  definition: room,
  handlers: { access: 'public' },
}

/** A reader that records what it gets. */
export class WritingReader implements LiveReader<Batch, Signal> {
  readonly dialect = unencoded
  readonly batches: Batch[] = []
  readonly staleAt: AtPosition[] = []

  deliver(batch: Batch): void {
    this.batches.push(batch)
  }

  signal(): void {}

  stale(position: AtPosition): void {
    this.staleAt.push(position)
  }

  get offsets(): readonly number[] {
    return this.batches.flatMap(({ publications }) => publications.map(({ offset }) => offset))
  }
}

/** Makes the broker. */
export function createNodes(limits: Partial<Limits> = {}) {
  const clock = createFakeClock()
  const randomness = createSeededRandomness('feed')
  const memory = createMemoryBroker({ clock, randomness })
  let ids = 0
  /** A node of its own: its link to the broker, its feed. */
  const node = (resolved: Resolved = roomOne) => {
    const broker = tamperWith(memory)
    const [counters, log] = [createCounters(), new RecordedLog()]
    const ticker = new Ticker(clock, { paused: 0, writtenBytes: 0 })
    const sourceOf = ({ channel }: Resolved) => brokerSource(broker, channel)
    const bounds = { ...defaultLimits, ...limits }
    const observing = unobserved
    const heads = { moved() {} }
    const foreignEvents = new ForeignEvents(log)
    const parts = {
      ...{ broker, sourceOf, clock, ticker, limits: bounds, counters, observing, log, recover, heads, foreignEvents },
    }
    const open = async () => {
      const feed = new Feed(resolved, parts)
      await feed.opened
      return feed
    }
    return { broker, counters, log, parts, open, resolved }
  }
  return {
    clock,
    memory,
    node,
    /** Publishes these texts, one after the other. */
    async publish(...texts: readonly string[]): Promise<AtPosition> {
      let position = startOf('')
      for (const text of texts) {
        const entry = { type: 'message', payload: { text }, id: `id-${++ids}`, time: clock.now() }
        position = deliveryOf(await memory.append('room:1', [entry], room.history)).position
      }
      return position
    },
  }
}

/** What was appended. */
export function deliveryOf(appended: Appended): Delivery {
  if (appended.outcome !== 'appended') throw new Error(`nothing was appended: ${appended.outcome}`)
  return appended.delivery
}

/** The value a feed shows. */
export const shownBy = async (feed: Feed) => JSON.parse((await feed.loadSnapshot()).valueText ?? 'null')
