import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import { describe, expect, it } from 'vitest'
import {
  type HttpLinkAction,
  type HttpLinkEvent,
  type HttpLinkState,
  type HttpRung,
  httpLinkTransition,
  isUnderWay,
  startHttpLink,
} from './http-link-machine.ts'

type Happening = HttpLinkEvent | readonly [elapsedMs: number, event: HttpLinkEvent]

const pollIntervalMs = 3_000
const due: HttpLinkEvent = { type: 'due' }
const say = (message: ClientMessage): HttpLinkEvent => ({ type: 'say', message })
const heard = (request: number, ...messages: ServerMessage[]): HttpLinkEvent => ({ type: 'heard', request, messages })
/** Everything that the answer of a request holds. */
const answers = (request: number, ...messages: ServerMessage[]): HttpLinkEvent => ({
  type: 'heard',
  request,
  messages,
  isDone: true,
})

const greeting = say({ type: 'baro:connect', payload: { protocol: 1, client: 'secret' } })
const subscribe = (channel = 'a', position = 'p0') =>
  say({ type: 'baro:subscribe', payload: { channel, attempt: 1, version: '1', position } })
const unsubscribe = say({ type: 'baro:unsubscribe', payload: { channel: 'a' } })
const publish = (id: string, channel = 'a') =>
  say({ type: 'baro:publish', payload: { id, channel, type: 't', payload: 1 } })
const request = (id: string) => say({ type: 'baro:request', payload: { id, channel: 'a', type: 't', payload: 1 } })
const probe = say({ type: 'baro:heartbeat', payload: { probe: true } })
const signal = (type: string, channel = 'a') => say({ type: 'baro:signal', payload: { channel, type, payload: 1 } })

const hello = (claimsEpoch = 'c', heartbeatIntervalMs = 25_000): ServerMessage => ({
  type: 'baro:connected',
  payload: { session: 's', heartbeatIntervalMs, maxMessageBytes: 1, publishWindowMs: 1, claimsEpoch },
})
const recovered = (follows: string, position: string): ServerMessage => ({
  type: 'baro:recovered',
  payload: { channel: 'a', attempt: 1, follows, position, publications: [] },
})
const published = (id: string, channel = 'a'): ServerMessage => ({ type: 'baro:published', payload: { id, channel } })
const failed = (code: string, about: { id?: string; attempt?: number; channel?: string } = {}): ServerMessage => ({
  type: 'baro:error',
  payload: { code, message: '', ...about },
})
/** All that a link does when these things happen, each at its time. */
function run(rung: HttpRung, happenings: readonly Happening[], begin: HttpLinkState = startHttpLink) {
  let state = begin
  let elapsedMs = 0
  const did: string[] = []
  for (const happening of happenings) {
    const event = 'type' in happening ? happening : happening[1]
    elapsedMs = 'type' in happening ? elapsedMs : happening[0]
    const next = httpLinkTransition(state, event, { elapsedMs, rung, pollIntervalMs })
    state = next.state
    did.push(...next.actions.map(describeAction))
  }
  return { state, did }
}
function describeAction(action: HttpLinkAction): string {
  if (action.type === 'end') return `end ${action.code} ${action.reason}`
  if (action.type === 'tell') return `tell ${describeMessage(action.message)}`
  const [greeted, ...messages] = action.messages
  const { claimsEpoch } = (greeted?.payload ?? {}) as { claimsEpoch?: string }
  const counting = claimsEpoch === undefined ? '' : ` on ${claimsEpoch}`
  return `ask ${action.request}${counting}, ${action.wait ?? 'stream'}: ${messages.map(describeMessage).join(' ')}`
}
function describeMessage({ type, payload }: ClientMessage | ServerMessage): string {
  const { id, position, code, claimsEpoch } = payload as Readonly<Record<string, string | undefined>>
  return [type.slice(5), id, position, code, claimsEpoch].filter((word) => word !== undefined).join('-')
}

/** A long-polling link that follows "a" and has been answered; its second request is held. */
const open: readonly Happening[] = [greeting, subscribe(), due, answers(1, hello(), recovered('p0', 'p1'))]
const openDid = run('long-poll', open).did
/** What it does after that. */
const after = (...happenings: Happening[]) => run('long-poll', [...open, ...happenings]).did.slice(openDid.length)

describe('the link machine is total', () => {
  const states: Readonly<Record<string, HttpLinkState>> = {
    new: startHttpLink,
    greeted: run('long-poll', [greeting, due]).state,
    reading: run('long-poll', [greeting, subscribe(), due]).state,
    held: run('long-poll', open).state,
    'between two polls': run('poll', open).state,
    sending: run('long-poll', [...open, publish('p'), request('q'), signal('s'), due, publish('r')]).state,
    over: run('long-poll', [...open, { type: 'close' }]).state,
  }
  const everything: readonly HttpLinkEvent[] = [
    due,
    greeting,
    subscribe(),
    unsubscribe,
    publish('x'),
    request('y'),
    signal('z'),
    say({ type: 'baro:heartbeat', payload: {} }),
    probe,
    { type: 'close' },
    ...[1, 2, 3, 99].flatMap((number): HttpLinkEvent[] => [
      heard(number, hello()),
      heard(number, recovered('p0', 'p1')),
      heard(number, published('p')),
      heard(number, failed('unauthenticated')),
      heard(number, { type: 'baro:drain', payload: { reconnectInMs: 1 } }),
      answers(number),
      { type: 'late', request: number },
      { type: 'failed', request: number, code: 1006, reason: 'broken' },
    ]),
  ]
  it.each(Object.entries(states))('%s takes every event, and says at most once that it is over', (name, state) => {
    for (const event of everything) {
      const next = httpLinkTransition(state, event, { elapsedMs: 5_000, rung: 'long-poll', pollIntervalMs })
      const ends = next.actions.filter(({ type }) => type === 'end').length
      expect(ends).toBeLessThanOrEqual(1)
      if (ends) expect(next.state.isOver).toBe(true)
      if (next.state.isOver) {
        expect(next.state.dueInMs).toBeUndefined()
        for (const number of [1, 2, 3]) expect(isUnderWay(next.state, number)).toBe(false)
      }
      if (name === 'over') expect(next).toEqual({ state, actions: [] })
    }
  })

  it.each(Object.entries(states))('%s does not hear a request that is not under way', (_, state) => {
    for (const event of everything.filter((one) => 'request' in one && one.request === 99))
      expect(httpLinkTransition(state, event, { elapsedMs: 5_000, rung: 'long-poll', pollIntervalMs })).toEqual({
        state,
        actions: [],
      })
  })

  it.each(Object.entries(states))('%s has at most four requests under way', (_, state) => {
    const burst = Array.from({ length: 20 }, (__, index) => publish(`b${index}`, `channel:${index}`))
    const { requests, reading } = run('long-poll', [...burst.flatMap((one) => [one, due])], state).state
    expect(requests.size + (reading ? 1 : 0)).toBeLessThanOrEqual(4)
  })
})

describe('the request that reads', () => {
  it('says everything in one go, once the client has said everything', () => {
    expect(run('long-poll', [greeting, subscribe()]).did).toEqual([])
    expect(openDid).toEqual([
      'ask 1, 0: subscribe-p0',
      'tell connected-c',
      'tell recovered-p1',
      'ask 2 on c, 25: subscribe-p1',
    ])
  })

  it.each([
    ['sse', 'ask 1, stream: subscribe-p0'],
    ['long-poll', 'ask 1, 0: subscribe-p0'],
    ['poll', 'ask 1, 0: subscribe-p0'],
  ] as const)('%s asks at first so that it is answered at once', (rung, asked) => {
    expect(run(rung, [greeting, subscribe(), due]).did).toEqual([asked])
  })

  it('I3: is dropped when the client wants something else, and not heard any more', () => {
    expect(after(subscribe('a', 'p5'), heard(2, recovered('p1', 'p2')), due)).toEqual(['ask 3 on c, 0: subscribe-p5'])
    expect(isUnderWay(run('long-poll', [...open, unsubscribe]).state, 2)).toBe(false)
  })

  it('asks no more once nothing is followed', () => {
    const refused = failed('refused', { attempt: 1, channel: 'a' })
    const { state } = run('poll', [greeting, subscribe(), due, answers(1, hello(), refused)])
    expect(state.dueInMs).toBeUndefined()
  })
})

describe('a probe', () => {
  it.each([
    ['sse', 'stream'],
    ['long-poll', '0'],
    ['poll', '0'],
  ] as const)('%s: asks anew from the position, to be answered at once', (rung, wait) => {
    const { state } = run(rung, [...open, ...(rung === 'sse' ? [] : [due])])
    const probed = run(rung, [probe, due], state)
    expect(probed.did).toEqual([`ask ${state.request + 1} on c, ${wait}: subscribe-p1`])
    expect(isUnderWay(probed.state, state.request)).toBe(false)
  })

  it('what it brings is told as a sign of life at its first message, and the next long poll is held again', () => {
    expect(after(probe, due, heard(3, hello())).at(-1)).toBe('tell refreshed-c')
    expect(after(probe, due, answers(3, hello(), recovered('p1', 'p1'))).slice(1)).toEqual([
      'tell refreshed-c',
      'tell publications-p1',
      'ask 4 on c, 25: subscribe-p1',
    ])
  })

  it('several at one moment are one request', () => {
    expect(after(probe, probe, due, due)).toEqual(['ask 3 on c, 0: subscribe-p1'])
  })

  it('leaves questions alone, which are asked once; publishes may be asked again, and take none of their time', () => {
    expect(isUnderWay(run('long-poll', [...open, request('x'), due, probe, due]).state, 3)).toBe(true)
    expect(after(publish('p'), due, probe, due).slice(1)).toEqual([
      'tell error-p-in-progress',
      'ask 4 on c, 0: subscribe-p1',
    ])
  })
})

describe('what brings nothing is not asked again at once', () => {
  it.each([
    ['nothing', []],
    ['an error of the hub', [failed('unavailable')]],
    ['an answer to nobody', [published('x')]],
  ])('without a greeting the link ends, so that the client backs off: %s', (_, messages) => {
    expect(after(answers(2, ...messages)).at(-1)).toBe('end 1006 no answer')
    expect(after(publish('p'), due, answers(3, ...messages)).at(-1)).toBe('end 1006 no answer')
  })

  it('a held request that is let go early and empty is asked again after the interval of a poll', () => {
    const empty = answers(2, hello(), recovered('p1', 'p1'))
    expect(after(empty, [2_999, due])).toEqual(['tell refreshed', 'tell publications-p1'])
    expect(after(empty, [3_000, due]).at(-1)).toBe('ask 3 on c, 25: subscribe-p1')
  })

  it('a request is held for one heartbeat of the hub at most, so that it is not taken for silent meanwhile', () => {
    const { did } = run('long-poll', [greeting, subscribe(), due, answers(1, hello('c', 5_000), recovered('p0', 'p1'))])
    expect(did.at(-1)).toBe('ask 2 on c, 5: subscribe-p1')
  })

  it('one that was held for long is asked again at once', () => {
    expect(after([25_000, answers(2, hello(), recovered('p1', 'p1'))]).at(-1)).toBe('ask 3 on c, 25: subscribe-p1')
  })

  it('one that brought something is asked again at once', () => {
    expect(after(answers(2, hello(), recovered('p1', 'p2'))).at(-1)).toBe('ask 3 on c, 25: subscribe-p2')
  })
})

describe('I5: commands', () => {
  it('of one moment and channel go out together; other channels and questions do not wait for their handlers', () => {
    expect(after(publish('p'), signal('s'), publish('q'))).toEqual([])
    expect(after(publish('p'), signal('s'), publish('q'), due)).toEqual(['ask 3 on c, 0: publish-p signal publish-q'])
    expect(after(request('x'), publish('p'), due)).toEqual(['ask 3 on c, 0: request-x', 'ask 4 on c, 0: publish-p'])
    expect(after(publish('p'), request('x'), publish('q', 'b'), publish('r'), request('y'), due)).toEqual([
      'ask 3 on c, 0: publish-p publish-r',
      'ask 4 on c, 0: request-x',
      'ask 5 on c, 0: publish-q',
    ])
    // The answer of a request with publishes does not wait for slow handlers; a question is asked once.
    expect(
      after(request('x'), request('y'), request('z'), publish('q'), request('w'), due, answers(4, hello())),
    ).toEqual([
      'ask 3 on c, 0: request-x',
      'ask 4 on c, 0: request-y',
      'ask 5 on c, 0: request-z request-w',
      'tell error-y-unknown-outcome',
      'ask 6 on c, 0: publish-q',
    ])
  })

  it('of different moments do not wait for each other, up to three; the rest is gathered for the next that is free', () => {
    const busy = [publish('p'), due, publish('q', 'b'), due, request('x'), due]
    expect(after(...busy)).toEqual(['ask 3 on c, 0: publish-p', 'ask 4 on c, 0: publish-q', 'ask 5 on c, 0: request-x'])
    const more = [publish('r', 'd'), due, publish('s', 'e'), due]
    expect(after(...busy, ...more)).toHaveLength(3)
    expect(after(...busy, ...more, answers(4, hello(), published('q', 'b'))).slice(3)).toEqual([
      'tell published-q',
      'ask 6 on c, 0: publish-r publish-s',
    ])
  })

  it('a publish left out of the answer is in progress, so that it is sent again; a request has an unknown outcome', () => {
    expect(after(publish('p'), publish('q'), due, answers(3, hello(), published('q'))).slice(1)).toEqual([
      'tell published-q',
      'tell error-p-in-progress',
    ])
    expect(after(request('x'), due, answers(3, hello())).slice(1)).toEqual(['tell error-x-unknown-outcome'])
  })

  it('a publish left out of the answer is not taken for one under the same id in another channel', () => {
    // With two requests under way the last place takes both.
    const full = [publish('p', 'd'), due, request('x'), due, publish('q'), publish('q', 'b'), due]
    expect(after(...full).at(-1)).toBe('ask 5 on c, 0: publish-q publish-q')
    const { actions } = httpLinkTransition(
      run('long-poll', [...open, ...full]).state,
      answers(5, hello(), published('q')),
      { elapsedMs: 0, rung: 'long-poll', pollIntervalMs },
    )
    expect(actions.slice(-2)).toMatchObject([
      { message: { type: 'baro:published', payload: { id: 'q', channel: 'a' } } },
      { message: { type: 'baro:error', payload: { id: 'q', channel: 'b', code: 'in-progress' } } },
    ])
  })

  const late = (request: number): HttpLinkEvent => ({ type: 'late', request })

  it('that are late: a publish is in progress, a question is waited for, and nobody else waits behind them', () => {
    const full = [publish('p'), due, publish('q', 'b'), due, request('x'), due, publish('s', 'e'), due]
    expect(after(...full).at(-1)).toBe('ask 5 on c, 0: request-x')
    expect(after(...full, late(3)).slice(3)).toEqual([
      'tell error-p-in-progress',
      'ask 6 on c, 0: subscribe-p1',
      'ask 7 on c, 0: publish-s',
    ])
    expect(isUnderWay(run('long-poll', [...open, ...full, late(3)]).state, 3)).toBe(false)
    expect(after(...full, late(5)).slice(3)).toEqual(['ask 6 on c, 0: subscribe-p1', 'ask 7 on c, 0: publish-s'])
    expect(after(...full, late(5), answers(5, hello(), failed('refused', { id: 'x', channel: 'a' }))).at(-1)).toBe(
      'tell error-x-refused',
    )
  })

  it('that are late make the link doubted: it is lost once that which reads is late as well', () => {
    expect(after(publish('p'), due, late(3), late(4)).at(-1)).toBe('end 1006 no answer')
    expect(after(publish('p'), due, late(3), heard(4, hello()), late(4)).at(-1)).toBe('tell refreshed-c')
  })

  it('that are answered say nothing of a stream: one that was heard is not late, one that was not is', () => {
    const open = [greeting, subscribe(), due, publish('p'), due]
    const late = (...happenings: Happening[]) => run('sse', [...open, ...happenings, { type: 'late', request: 1 }])
    expect(late(heard(1, hello()), answers(2, hello(), published('p'))).state.isOver).toBeFalsy()
    expect(late(answers(2, hello(), published('p'))).did.at(-1)).toBe('end 1006 no answer')
  })

  it('of a channel that is slow go alone, and never take the last place', () => {
    const first = [publish('p'), due, publish('q', 'b'), due, publish('r', 'd'), due]
    const slow = [...first, answers(3, hello()), answers(4, hello()), answers(5, hello())]
    const again = [publish('p'), publish('q', 'b'), publish('r', 'd'), due]
    expect(after(...slow, ...again).slice(6)).toEqual(['ask 6 on c, 0: publish-p', 'ask 7 on c, 0: publish-q'])
    expect(after(...slow, ...again, publish('s', 'e'), due).at(-1)).toBe('ask 8 on c, 0: publish-s')
    expect(after(...slow, ...again, answers(6, hello(), published('p'))).at(-1)).toBe('ask 8 on c, 0: publish-r')
  })

  it('of a burst go out 15 at a time, and none overtakes another of its tab', () => {
    const burst = Array.from({ length: 40 }, (_, index) => publish(`p${index}`))
    const asked = after(...burst, publish('q', 'b'), due)
    expect(asked).toHaveLength(2)
    expect(asked[0]?.split(' ')).toHaveLength(5 + 15)
    expect(asked[1]).toBe('ask 4 on c, 0: publish-q')
    expect(after(...burst, due, answers(3, hello())).at(-1)).toMatch(/^ask 4 on c, 0: publish-p15 .* publish-p29$/)
  })

  it('signals are not answered, and not sent again', () => {
    expect(after(signal('s'), due, answers(3, hello()))).toEqual(['ask 3 on c, 0: signal'])
  })

  it('in another life of the claims, which another hub may have, the client hears the answer and comes back', () => {
    expect(after(answers(2, hello('d'), recovered('p1', 'p2')), due)).toEqual(['tell publications-p2', 'tell drain'])
    expect(after(publish('p'), due, answers(3, hello('d'), failed('out-of-turn', { id: 'p' })), due)).toEqual([
      'ask 3 on c, 0: publish-p',
      'tell error-p-out-of-turn',
      'tell drain',
    ])
  })
})

it.each<[string, HttpLinkEvent, string]>([
  ['a request fails', { type: 'failed', request: 2, code: 4501, reason: 'HTTP 401' }, 'end 4501 HTTP 401'],
  ['its token has expired', answers(2, failed('unauthenticated')), 'end 1006 no answer'],
])('a link ends when %s', (_, event, end) => {
  expect(after(event).at(-1)).toBe(end)
})

it('after the drain of its node it tells and asks nothing more, until the client closes it', () => {
  const drain: ServerMessage = { type: 'baro:drain', payload: { reconnectInMs: 5 } }
  expect(after(heard(2, drain, recovered('p1', 'p2')), publish('p'), due)).toEqual(['tell drain'])
})

describe('a new token', () => {
  const refresh = say({ type: 'baro:refresh', payload: { token: 'new' } })
  const as = (user: string): ServerMessage =>
    ({ ...hello(), payload: { ...hello().payload, user, expiresInMs: 9 } }) as never

  it.each(['sse', 'long-poll', 'poll'] as const)('goes with the next request, which %s asks at once', (rung) => {
    const { state, did } = run(rung, [
      greeting,
      subscribe(),
      due,
      answers(1, as('ada'), recovered('p0', 'p1')),
      refresh,
      due,
    ])
    expect(did.filter((one) => one.startsWith('ask')).at(-1)).toMatch(/^ask \d on c, .*p1/)
    expect(state.greeting?.payload).toMatchObject({ token: 'new', claimsEpoch: 'c' })
    expect(state.isOver).toBeFalsy()
  })

  it('is confirmed by the next answer, with the time that is left', () => {
    const begun = run('sse', [greeting, subscribe(), due, heard(1, as('ada'), recovered('p0', 'p1')), refresh, due])
    const { state } = begun
    const told = httpLinkTransition(state, heard(2, as('ada')), { elapsedMs: 0, rung: 'sse', pollIntervalMs }).actions
    expect(told).toMatchObject([{ type: 'tell', message: { type: 'baro:refreshed', payload: { expiresInMs: 9 } } }])
  })

  it('is confirmed at once on a long poll too, and only the next request is held', () => {
    expect(after(refresh, due, answers(3, hello()))).toEqual([
      'ask 3 on c, 0: subscribe-p1',
      'tell refreshed-c',
      'ask 4 on c, 25: subscribe-p1',
    ])
  })

  it('does not seem to last longer because the request that it came with was held', () => {
    const { state } = run('long-poll', [
      greeting,
      subscribe(),
      due,
      answers(1, as('ada'), recovered('p0', 'p1')),
      refresh,
      due,
      answers(2, as('ada')),
      answers(3, as('ada')),
    ])
    const held = answers(4, as('ada'), recovered('p1', 'p2'))
    const [told] = httpLinkTransition(state, held, { elapsedMs: 20_000, rung: 'long-poll', pollIntervalMs }).actions
    expect(told).toEqual({ type: 'tell', message: { type: 'baro:refreshed', payload: {} } })
  })

  it('I5: of somebody else makes the client come back by another link', () => {
    const { state, did } = run('sse', [
      greeting,
      subscribe(),
      due,
      heard(1, as('ada')),
      refresh,
      due,
      heard(2, as('grace')),
    ])
    expect(did.at(-1)).toBe('tell drain')
    expect(state.isOver).toBe(true)
  })
})
