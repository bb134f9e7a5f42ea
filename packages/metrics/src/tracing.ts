import type { Hub } from '@baro/server'
import { context, type SpanContext, SpanKind, type Tracer, trace } from '@opentelemetry/api'

/** Publishes whose delivery is waited for at once; the oldest are forgotten. */
const mostWaiting = 1_000

/**
 * Tells OpenTelemetry of each publish and of its delivery, as spans of the API alone: without an SDK they go nowhere. The span of a
 * publish is a child of the one that is active where `publish` was called. That of a delivery, on this node, is a child of
 * the publish.
 *
 * @param tracer Default: the tracer `baro` of the global provider.
 * @returns How to stop.
 *
 * @example
 * ```ts
 * traceHub(hub)
 * ```
 */
export function traceHub(hub: Hub, tracer: Tracer = trace.getTracer('baro')): () => void {
  const waiting = new Map<string, { readonly channel: string; readonly offset: number; readonly span: SpanContext }>()
  return hub.observe({
    published({ channel, offset, publications, id, type }) {
      const span = tracer.startSpan('baro publish', {
        kind: SpanKind.PRODUCER,
        attributes: {
          'messaging.system': 'baro',
          'messaging.destination.name': channel,
          'messaging.message.id': id,
          'messaging.batch.message_count': publications,
          'baro.type': type,
          'baro.offset': offset,
        },
      })
      span.end()
      waiting.set(`${channel} ${offset}`, { channel, offset, span: span.spanContext() })
      const [oldest] = waiting.keys()
      if (waiting.size > mostWaiting && oldest !== undefined) waiting.delete(oldest)
    },
    delivered({ channel, follows, offset, publications, readers }) {
      for (const [name, one] of waiting) {
        if (one.channel !== channel || one.offset <= follows || one.offset > offset) continue
        waiting.delete(name)
        const parent = trace.setSpanContext(context.active(), one.span)
        const attributes = {
          'messaging.system': 'baro',
          'messaging.destination.name': channel,
          'messaging.batch.message_count': publications,
          'baro.offset': one.offset,
          'baro.readers': readers,
        }
        tracer.startSpan('baro deliver', { kind: SpanKind.CONSUMER, attributes }, parent).end()
      }
    },
  })
}
