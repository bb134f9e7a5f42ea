import { channel } from '@baro/core'
import { createHub } from '@baro/server'
import {
  type Attributes,
  context,
  ROOT_CONTEXT,
  type Span,
  type SpanOptions,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { traceHub } from './tracing.ts'

const room = channel('room:{id}', { events: { message: z.object({ text: z.string() }) } })

/** A tracer that keeps what it was asked for: name, attributes, and the id of the parent. */
function recordedTracer() {
  const spans: {
    readonly name: string
    readonly attributes: Attributes
    readonly id: string
    readonly parent: string | undefined
  }[] = []
  const tracer = {
    startSpan(name: string, { attributes = {} }: SpanOptions = {}, within = context.active()): Span {
      const id = String(spans.length + 1).padStart(16, '0')
      spans.push({ name, attributes, id, parent: trace.getSpanContext(within ?? ROOT_CONTEXT)?.spanId })
      const spanContext = { traceId: '1'.repeat(32), spanId: id, traceFlags: 1 }
      return Object.assign(trace.wrapSpanContext(spanContext), { end() {} })
    },
  } as unknown as Tracer
  return { spans, tracer }
}

test('a publish is a span, and its delivery is one below it, without what was said', async () => {
  const hub = createHub({ channels: [room], log: { info() {}, warn() {}, error() {} } })
  hub.on(room, { access: 'public' })
  const { spans, tracer } = recordedTracer()
  const stop = traceHub(hub, tracer)
  await new Promise<void>((delivered) => {
    // Once it is live, because what comes before is the answer to its subscribe.
    const live = () => void hub.publish(room({ id: 1 }), 'message', { text: 'a secret' })
    const told = {
      delivered: ({ publications }: { publications: readonly unknown[] }) =>
        publications.length > 0 ? delivered() : live(),
      reset: live,
      failed: live,
    }
    hub.open().follow(room({ id: 1 }), undefined, told)
  })
  expect(spans).toMatchObject([
    { name: 'baro publish', attributes: { 'messaging.destination.name': 'room:1', 'baro.offset': 1 } },
    { name: 'baro deliver', attributes: { 'messaging.destination.name': 'room:1' }, parent: spans[0]?.id },
  ])
  expect(JSON.stringify(spans)).not.toContain('a secret')
  stop()
  await hub.publish(room({ id: 1 }), 'message', { text: 'later' })
  expect(spans).toHaveLength(2)
  await hub.close()
})
