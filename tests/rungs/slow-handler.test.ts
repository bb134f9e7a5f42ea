import { type Client, createClient, type Transport } from '@baro/client'
import { BaroError, channel } from '@baro/core'
import { createHub, type Hub, type Listening } from '@baro/server'
import { createFakeClock, type FakeClock } from '@baro/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { patience } from '../e2e/patience.ts'
import { clientRungs } from './client-rungs.ts'
import { settledIn } from './passing-time.ts'

const room = channel('room:{id}', {
  events: { message: z.string(), slow: z.string() },
  requests: { slow: { input: z.null(), output: z.string() } },
  state: {
    initial: (): string[] => [],
    on: { message: (list, { payload }) => [...list, payload], slow: (list, { payload }) => [...list, payload] },
  },
})

let hub: Hub
let listening: Listening
/** Of the hub and of the client. */
let clock: FakeClock
let client: Client
let finish: () => void
let handled: string[]

beforeEach(async () => {
  clock = createFakeClock()
  handled = []
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  hub = createHub({ channels: [room], clock })
  hub.on(room, {
    access: 'public',
    events: {
      message: ({ payload, publish }) => publish('message', payload),
      async slow({ payload, publish }) {
        handled.push(payload)
        await finished
        return publish('slow', payload)
      },
    },
    requests: {
      async slow() {
        handled.push('request')
        await finished
        return 'late'
      },
    },
  })
  listening = await hub.listen(0, '127.0.0.1')
})

afterEach(async () => {
  client.close()
  const closed = [listening.close(), hub.close()]
  await settled(Promise.all(closed))
})

const settled = <T>(promise: Promise<T>) => settledIn(clock, promise, patience.timeout)

function open(transport: Transport) {
  client = createClient({
    url: `http://127.0.0.1:${listening.port}/baro`,
    transport,
    clock,
    wake: { listen: () => () => {} },
  })
  return [client.subscribe(room, room({ id: 1 })), client.subscribe(room, room({ id: 2 }))] as const
}

describe.each(clientRungs)('over %s, a handler that takes 33 s', (_, createTransport) => {
  it('I5: has run once and answers its publish, and no other channel waits for it', async () => {
    const [first, second] = open(createTransport(clock))
    const slow = first.publish('slow', 'slow')
    const behind = first.publish('message', 'behind it')
    const results: string[] = []
    slow.then(() => results.push('slow'))
    behind.then(() => results.push('behind it'))
    await settled(second.publish('message', 'elsewhere'))
    expect(results).toEqual([])
    clock.advance(30_000)
    clock.advance(3_000)
    finish()
    await settled(Promise.all([slow, behind]))
    expect({ handled, results }).toEqual({ handled: ['slow'], results: ['slow', 'behind it'] })
    await settled(vi.waitFor(() => expect(first.current.state).toEqual(['slow', 'behind it']), patience))
  })

  it('answers no request: its outcome is unknown after 30 s, and it is not asked again', async () => {
    const [first, second] = open(createTransport(clock))
    const asked = first.request('slow', null).catch((error) => error)
    await settled(second.publish('message', 'elsewhere'))
    clock.advance(30_000)
    const error = await settled(asked)
    expect(error).toBeInstanceOf(BaroError)
    expect(error).toMatchObject({ code: 'unknown-outcome' })
    await settled(second.publish('message', 'later'))
    expect(handled).toEqual(['request'])
    finish()
  })

  it('does not keep a request that was aborted', async () => {
    const [first, second] = open(createTransport(clock))
    const controller = new AbortController()
    const asked = first.request('slow', null, { signal: controller.signal })
    await settled(second.publish('message', 'elsewhere'))
    controller.abort()
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
    finish()
    await settled(second.publish('message', 'later'))
    expect(client.status.state).toBe('live')
  })
})

describe.each(clientRungs)('over %s, a handler that never settles', (_, createTransport) => {
  it('keeps nobody waiting in other channels, however many channels have one, and ends with the client', async () => {
    open(createTransport(clock))
    const rooms = [1, 2, 3, 4, 5].map((id) => client.subscribe(room, room({ id })))
    const outcomes: string[] = []
    for (const one of rooms) {
      one.publish('slow', 'for ever').catch(({ code }) => outcomes.push(code))
      one.request('slow', null, { timeoutMs: Infinity }).catch(({ code }) => outcomes.push(code))
      // Each by itself, so that each has a request of its own where there are requests.
      await settled(
        vi.waitFor(() => expect(handled.filter((what) => what === 'for ever').length).toBeGreaterThan(0), patience),
      )
      for (let moment = 0; moment < 5; moment++) await settled(Promise.resolve())
    }
    await settled(vi.waitFor(() => expect(new Set(handled)).toEqual(new Set(['for ever', 'request'])), patience))
    const elsewhere = client.subscribe(room, room({ id: 6 }))
    const beforeMs = clock.elapsed()
    await settled(elsewhere.publish('message', 'at once'))
    expect(clock.elapsed() - beforeMs).toBeLessThan(6_000)
    await settled(vi.waitFor(() => expect(handled).toHaveLength(10), patience))
    client.close()
    await settled(
      vi.waitFor(() => expect(outcomes).toEqual(Array.from({ length: 10 }, () => 'unknown-outcome')), patience),
    )
    expect(handled).toHaveLength(10)
    finish()
  })

  it('and then fails, or answers after its request has given up, changes nothing any more', async () => {
    const [first, second] = open(createTransport(clock))
    const asked = first.request('slow', null, { timeoutMs: 500 }).catch((error) => error)
    expect(await settled(asked)).toMatchObject({ code: 'unknown-outcome' })
    finish()
    await settled(second.publish('message', 'later'))
    expect(await settled(first.request('slow', null))).toBe('late')
    expect(client.status.state).toBe('live')
  })

  it.each(['before it is sent', 'while it is held', 'after its answer'])(
    'does not keep a request aborted %s',
    async (when) => {
      const [first, second] = open(createTransport(clock))
      const { signal, abort } = abortable()
      if (when !== 'before it is sent') await settled(second.publish('message', 'there is a link'))
      const asked = first.request('slow', null, { signal }).then(
        (answer) => answer,
        ({ name }) => name,
      )
      if (when === 'while it is held') await settled(vi.waitFor(() => expect(handled).toEqual(['request']), patience))
      if (when === 'after its answer') {
        finish()
        await settled(asked)
      }
      abort()
      expect(await settled(asked)).toBe(when === 'after its answer' ? 'late' : 'AbortError')
      await settled(second.publish('message', 'later'))
      expect(handled).toEqual(when === 'before it is sent' ? [] : ['request'])
      expect(client.status.state).toBe('live')
      finish()
    },
  )

  it('I5: a publish withdrawn before it is sent is not done, one withdrawn while it is held is, and the next has its turn', async () => {
    const [first, second] = open(createTransport(clock))
    const early = abortable()
    const unsent = first.publish('slow', 'unsent', { signal: early.signal }).catch(({ name }) => name)
    early.abort()
    expect(await settled(unsent)).toBe('AbortError')
    const late = abortable()
    const sent = first.publish('slow', 'sent', { signal: late.signal })
    await settled(vi.waitFor(() => expect(handled).toEqual(['sent']), patience))
    late.abort()
    const behind = first.publish('message', 'behind')
    await settled(second.publish('message', 'elsewhere'))
    finish()
    await settled(Promise.all([sent, behind]))
    await settled(
      vi.waitFor(() => expect(first.current).toMatchObject({ state: ['sent', 'behind'], pending: [] }), patience),
    )
    expect(handled).toEqual(['sent'])
  })
})

function abortable() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
