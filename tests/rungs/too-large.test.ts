import { writeJson } from '@baro/core/protocol'
import { describe, expect, it } from 'vitest'
import { clientRungs } from './client-rungs.ts'
import { openStage } from './rung-stage.ts'

const maxMessageBytes = 2_000

/** What a publish is longer by for its turn, as the client reckons. */
const turnBytes = 90

const bytesIn = (value: unknown) => Buffer.byteLength(writeJson(value as never))

/** A payload that makes a message of this kind exactly so long. */
function payloadFor(
  kind: 'publish' | 'signal' | 'request',
  bytes: number,
  filler: (count: number) => unknown,
): unknown {
  const channel = 'room:1'
  const id = 'a'.repeat(16)
  const messages = {
    publish: (payload: unknown) => ({ type: 'baro:publish', payload: { id, channel, type: 'said', payload } }),
    signal: (payload: unknown) => ({ type: 'baro:signal', payload: { channel, type: 'typing', payload } }),
    request: (payload: unknown) => ({ type: 'baro:request', payload: { id, channel, type: 'ask', payload } }),
  }
  const most = bytes - (kind === 'publish' ? turnBytes : 0)
  const fits = (count: number) => bytesIn(messages[kind](filler(count))) <= most
  let [longest, tooLong] = [0, bytes]
  while (longest + 1 < tooLong) {
    const middle = (longest + tooLong) >> 1
    if (fits(middle)) longest = middle
    else tooLong = middle
  }
  return filler(longest)
}

const fillers: readonly (readonly [what: string, filler: (count: number) => unknown])[] = [
  ['Latin letters', (count) => 'a'.repeat(count)],
  ['Hangul, of three bytes each', (count) => '가'.repeat(count)],
  ['what JSON writes as six', (count) => '\0'.repeat(count)],
  ['bytes, of which three are four of text', (count) => new Uint8Array(count)],
]

describe.each(clientRungs)('over %s', (_, createTransport) => {
  it.each(fillers)('what is as long as may be is taken, and a little more is refused here: %s', async (_, filler) => {
    const { clock, hub, follow, settled, until } = await openStage({}, { limits: { maxMessageBytes } })
    const follower = await follow(createTransport(clock))
    const { subscription, states } = follower
    const signals: unknown[] = []
    subscription.onSignal(({ payload }) => signals.push(payload))
    const before = states.length
    const fits = (kind: 'publish' | 'signal' | 'request') => payloadFor(kind, maxMessageBytes, filler)
    // A step more than the longest that fits.
    const exceeds = (kind: 'publish' | 'signal' | 'request') => payloadFor(kind, maxMessageBytes + 7, filler)
    for (const kind of ['publish', 'signal', 'request'] as const) expect(exceeds(kind), kind).not.toEqual(fits(kind))

    const tooLarge = { code: 'too-large' }
    await expect(settled(subscription.publish('said', exceeds('publish')))).rejects.toMatchObject(tooLarge)
    await expect(settled(subscription.request('ask', exceeds('request')))).rejects.toMatchObject(tooLarge)
    expect(() => subscription.signal('typing', exceeds('signal'))).toThrow(expect.objectContaining(tooLarge))

    await settled(subscription.publish('said', fits('publish')))
    expect(await settled(subscription.request('ask', fits('request')))).toEqual(fits('request'))
    subscription.signal('typing', fits('signal'))
    await until(() => expect(subscription.current).toMatchObject({ state: [fits('publish')], pending: [] }))
    expect({ states: states.slice(before), rejected: hub.counters.rejected }).toEqual({ states: [], rejected: 0 })
  })
})
