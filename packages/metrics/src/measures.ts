import type { Hub } from '@baro/server'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** Seconds, from what a memory broker takes to what a client gives up after. */
const seconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** Publications of a batch, and how many handlers of a type there may be, are small. */
const publications = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

/** Patterns and types are of the application, so there are few; beyond this many they are `other`, whoever makes them. */
const mostHandlers = 200

/**
 * Registers what a hub does. No label holds what a stranger chooses: codes, reasons and rungs are closed lists, patterns and
 * types are those of the definitions. So the number of series does not grow with users or channels.
 *
 * @returns How to stop counting.
 */
export function measure(hub: Hub, registry: Registry): () => void {
  const registers = [registry]
  const { counters } = hub
  const counted = (name: string, help: string, read: () => number): void => {
    new Counter({
      ...{ name, help, registers },
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  }
  counted('baro_publications_total', 'Publications appended through this node.', () => counters.published)
  counted('baro_repeated_publishes_total', 'Repeated publishes that got the first answer.', () => counters.repeated)
  counted('baro_recoveries_total', 'Readers and polls that went on from their position.', () => counters.recovered)
  counted(
    'baro_slow_readers_total',
    'Live readers that were cut, because so much waited for them.',
    () => counters.slow,
  )
  counted('baro_turned_away_total', 'Connections above the limit of a user or an address.', () => counters.turnedAway)
  counted('baro_gaps_total', 'Deliveries that the broker lost, and the node read.', () => counters.gaps)
  counted('baro_skipped_publications_total', 'Publications at which a reducer threw.', () => counters.skipped)
  counted(
    'baro_paused_ticks_total',
    'Ticks that ended while sockets still waited to be written.',
    () => counters.paused,
  )
  counted('baro_written_bytes_total', 'Bytes written to WebSockets and event streams.', () => counters.writtenBytes)
  new Counter({
    ...{
      name: 'baro_resets_total',
      help: 'Readers and polls that got the newest state instead, by reason.',
      registers,
    },
    labelNames: ['reason'] as const,
    collect() {
      this.reset()
      for (const [reason, count] of Object.entries(counters.reset)) this.inc({ reason }, count)
    },
  })
  new Gauge({
    ...{ name: 'baro_sessions', help: 'Sessions open now, those not let in yet included.', registers },
    collect() {
      this.set(counters.sessions)
    },
  })
  new Gauge({
    ...{ name: 'baro_subscriptions', help: 'Subscriptions of SDK sessions open now.', registers },
    collect() {
      this.set(counters.subscriptions)
    },
  })

  const connections = new Gauge({
    ...{ name: 'baro_connections', help: 'Sessions that were let in and are open now, by rung.', registers },
    labelNames: ['rung'] as const,
  })
  const deliveries = new Counter({
    ...{ name: 'baro_deliveries_total', help: 'Publications handed to live readers: each reader counts.', registers },
  })
  const signals = new Counter({ name: 'baro_signals_total', help: 'Signals sent through this node.', registers })
  const dropped = new Counter({
    ...{ name: 'baro_dropped_signals_total', help: 'Signals left out for a reader that was too slow.', registers },
  })
  const refusals = new Counter({
    ...{ name: 'baro_refusals_total', help: 'Messages, requests and handshakes answered with an error.', registers },
    labelNames: ['code'] as const,
  })
  const slowed = new Counter({
    ...{ name: 'baro_slowed_total', help: 'Times that a link was not read, because it had sent too much.', registers },
  })
  const failures = new Counter({
    ...{ name: 'baro_application_failures_total', help: 'Handlers, rules and schemas that threw.', registers },
  })
  const batches = new Histogram({
    ...{ name: 'baro_batch_publications', help: 'Publications of a batch.', registers },
    buckets: publications,
  })
  const lag = new Histogram({
    ...{ name: 'baro_delivery_lag_seconds', help: 'From a publish, or a commit, to its hand-over here.', registers },
    ...{ labelNames: ['source'] as const, buckets: seconds },
  })
  const handling = new Histogram({
    ...{ name: 'baro_handler_seconds', help: 'What handlers of events took, by pattern and type.', registers },
    ...{ labelNames: ['pattern', 'type'] as const, buckets: seconds },
  })
  const handlers = new Set<string>()
  const labelsOf = (pattern: string, type: string) => {
    const name = JSON.stringify([pattern, type])
    if (handlers.size < mostHandlers) handlers.add(name)
    return handlers.has(name) ? { pattern, type } : { pattern: 'other', type: 'other' }
  }
  return hub.observe({
    connected: ({ rung = 'process' }) => connections.inc({ rung }),
    disconnected: ({ rung = 'process' }) => connections.dec({ rung }),
    refused: ({ code }) => refusals.inc({ code }),
    slowed: () => slowed.inc(),
    failed: () => failures.inc(),
    signalled: () => signals.inc(),
    'signal-dropped': () => dropped.inc(),
    handled: ({ pattern, type, tookMs }) => handling.observe(labelsOf(pattern, type), tookMs / 1_000),
    delivered({ atMs, channel, publications: count, readers, publishedAtMs }) {
      deliveries.inc(count * readers)
      if (count === 0 || publishedAtMs === undefined) return
      batches.observe(count)
      // Clocks of nodes differ a little, and nothing arrives before it was sent.
      const source = channel.startsWith('rows:') ? 'database' : 'broker'
      lag.observe({ source }, Math.max(0, atMs - publishedAtMs) / 1_000)
    },
  })
}
