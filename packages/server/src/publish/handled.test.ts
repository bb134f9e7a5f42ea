import { type AnyChannel, channel, type Reference, type Schema } from '@baro/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { EventContext } from '../channel/handlers.ts'
import { createHub } from '../hub/create-hub.ts'
import type { Hub } from '../hub/hub.ts'

/** HTML made harmless: run twice, it shows `&lt;` in place of `<`. */
const safeHtml = z.string().transform((text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'))
const cents = z.number().transform((euros) => euros * 100)

const shop = channel('shop:{id}', {
  events: {
    said: z.object({ html: safeHtml, bytes: z.instanceof(Uint8Array).optional(), seen: z.boolean().optional() }),
    noted: z.object({ html: safeHtml }),
    priced: cents,
    counted: z.string().transform(Number),
  },
  state: {
    initial: (): unknown[] => [],
    on: {
      said: (list, { payload }) => [...list, payload],
      noted: (list, { payload }) => [...list, payload],
      priced: (list, { payload }) => [...list, payload],
      counted: (list, { payload }) => [...list, payload],
    },
  },
})
const one = shop({ id: 1 })

type Shop = typeof shop extends Reference<infer T> | ((params: never) => Reference<infer T>) ? T : never
type Said = EventContext<Shop, 'said'>

async function kept(hub: Hub): Promise<unknown> {
  return JSON.parse(JSON.stringify((await hub.snapshot(one)).value))
}

/** What is kept after a client's `said` with this text, if its handler does so. */
async function afterSaid(said: (context: Said) => unknown, html = 'a < b'): Promise<unknown> {
  const hub = createHub({ channels: [shop] })
  hub.on(shop, { access: 'public', events: { said } })
  await hub.open().publish(one, 'said', { html })
  return kept(hub)
}

const once = { html: 'a &lt; b' }

describe('what a handler passes on is transformed once', () => {
  test('an object', async () => {
    expect(await afterSaid(({ payload, publish }) => publish('said', payload))).toEqual([once])
  })

  test('a number, and an output that is no input of its schema', async () => {
    const hub = createHub({ channels: [shop] })
    hub.on(shop, {
      access: 'public',
      events: {
        priced: ({ payload, publish }) => publish('priced', payload),
        counted: ({ payload, publish }) => publish('counted', payload),
      },
    })
    const client = hub.open()
    await client.publish(one, 'priced', 3)
    await client.publish(one, 'counted', '7')
    expect(await kept(hub)).toEqual([300, 7])
  })

  test('bytes', async () => {
    const hub = createHub({ channels: [shop] })
    hub.on(shop, { access: 'public', events: { said: ({ payload, publish }) => publish('said', payload) } })
    await hub.open().publish(one, 'said', { html: '<', bytes: new Uint8Array([1, 2]) })
    expect(await kept(hub)).toEqual([{ html: '&lt;', bytes: { 'baro:bytes': 'AQI=' } }])
  })

  test('a copy of the same value, and a payload that it publishes again', async () => {
    expect(
      await afterSaid(async ({ payload, publish }) => {
        await publish('said', { ...payload })
        await publish('said', payload)
      }),
    ).toEqual([once, once])
  })

  test('a signal', async () => {
    const cursor = channel('cursor', { signals: { moved: cents } })
    const hub = createHub({ channels: [cursor] })
    hub.on(cursor, { access: 'public', signals: { moved: ({ payload, signal }) => signal('moved', payload) } })
    const participant = hub.open()
    const heard = new Promise((resolve, reject) =>
      participant.follow(cursor(), 'now', {
        delivered: () => void participant.signal(cursor(), 'moved', 3).catch(reject),
        reset: reject,
        failed: reject,
        signaled: ({ payload }) => resolve(payload),
      }),
    )
    expect(await heard).toBe(300)
  })

  test('what the application publishes is input', async () => {
    const hub = createHub({ channels: [shop] })
    hub.on(shop, { access: 'public' })
    await hub.publish(one, 'priced', 3)
    await hub.publish(one, 'priced', 3, { id: 'an-id' })
    expect(await kept(hub)).toEqual([300, 300])
  })
})

describe('what a handler makes goes through a schema', () => {
  test('of another type: what one schema let pass, another makes harmless', async () => {
    expect(await afterSaid(({ publish }) => publish('noted', { html: '<b>' }))).toEqual([{ html: '&lt;b>' }])
  })

  test('of its own type, if it is not what the handler got', async () => {
    expect(await afterSaid(({ publish }) => publish('said', { html: '<i>' }))).toEqual([{ html: '&lt;i>' }])
  })

  test('a payload that the handler has written into', async () => {
    const said = ({ payload, publish }: Said) => {
      payload.html = '<script>'
      return publish('said', payload)
    }
    expect(await afterSaid(said)).toEqual([{ html: '&lt;script>' }])
  })

  test('and is refused if that does not take it', async () => {
    const said = ({ publish }: Said) => publish('said', { html: 1 as unknown as string })
    await expect(afterSaid(said)).rejects.toMatchObject({ code: 'invalid-payload' })
  })
})

test('what a handler writes into its payload later changes nothing that is published', async () => {
  expect(
    await afterSaid(async ({ payload, publish }) => {
      const done = publish('said', payload)
      payload.html = '<script>'
      await done
    }),
  ).toEqual([once])
})

test('publications of a handler that does not wait keep their order, though only one goes through a schema', async () => {
  expect(
    await afterSaid(({ payload, publish }) => {
      publish('noted', { html: 'first' })
      publish('said', payload)
    }),
  ).toEqual([{ html: 'first' }, once])
})

test('a schema runs once for each publish', async () => {
  let runs = 0
  const counting: Schema<string> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => {
        runs++
        return { value: String(value) }
      },
    },
  }
  const lines = channel('lines', { events: { line: counting } })
  const hub = createHub({ channels: [lines] })
  hub.on(lines, { access: 'public', events: { line: ({ payload, publish }) => publish('line', payload) } })
  await hub.open().publish(lines(), 'line', 'a')
  expect(runs).toBe(1)
  await hub.publish(lines(), 'line', 'a', { id: 'an-id' })
  expect(runs).toBe(2)
})

test('the types know outputs from inputs', () => {
  const hub = createHub({ channels: [shop satisfies AnyChannel] })
  hub.on(shop, {
    access: 'public',
    events: {
      counted: ({ publish }) => {
        // An input of the schema, and the output that the handler got.
        void (() => [publish('counted', '1'), publish('counted', 1)])
        // @ts-expect-error the output of another type's schema is no input of this one
        void (() => publish('noted', { html: 1 }))
      },
      priced: ({ payload, publish }) => {
        // @ts-expect-error "counted" takes the input of its schema, a text
        void (() => publish('counted', payload))
      },
    },
  })
  // @ts-expect-error the hub takes input
  void (() => hub.publish(one, 'counted', 1))
})
