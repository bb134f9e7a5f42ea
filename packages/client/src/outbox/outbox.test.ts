import type { BaroError } from '@baro/core'
import type { ClientMessage } from '@baro/core/protocol'
import { createFakeClock } from '@baro/testing'
import { describe, expect, it } from 'vitest'
import type { Rung } from '../ports/transport.ts'
import type { Outcome } from './lane.ts'
import { createOutbox, type OutboxEvent } from './outbox.ts'

const terms = {
  session: 's',
  heartbeatIntervalMs: 25_000,
  maxMessageBytes: 1_000,
  publishWindowMs: 10_000,
  claimsEpoch: 'claims1',
}

interface Ask {
  readonly type: 'ask'
  readonly kind: 'baro:publish' | 'baro:request'
  readonly id: string
  readonly channel: string
  readonly payload: unknown
  readonly hasTurn: boolean
}
const ask = { type: 'ask', kind: 'baro:publish', channel: 'a', payload: 1, hasTurn: false } as const
/** A publish that is claimed by its id, or by a turn; a request. */
const add = (id: string, payload: unknown = 1, channel = 'a'): Ask => ({ ...ask, id, channel, payload })
const turn = (id: string, channel = 'a', payload: unknown = 1): Ask => ({ ...ask, id, channel, payload, hasTurn: true })
const request = (id: string): Ask => ({ ...ask, id, kind: 'baro:request' })

const cut: OutboxEvent = { type: 'link-down' }
const due: OutboxEvent = { type: 'due' }
function published(id: string, channel = 'a', position = `p-${id}`): OutboxEvent {
  return { type: 'baro:published', payload: { id, channel, position } }
}
function connected(changes: Partial<typeof terms> = {}): OutboxEvent {
  return { type: 'baro:connected', payload: { ...terms, ...changes } }
}
function failed(id: string, code: string, channel = 'a'): OutboxEvent {
  return { type: 'baro:error', payload: { id, channel, code, message: `it is ${code}` } }
}

/** Everything an outbox does when these things happen, each at its time. */
function run(
  happenings: readonly (OutboxEvent | Ask | readonly [elapsedMs: number, happening: OutboxEvent | Ask])[],
  { rung = 'websocket', maxOutboxBytes = 10_000 }: { readonly rung?: Rung; readonly maxOutboxBytes?: number } = {},
) {
  const clock = createFakeClock()
  const beganMs = clock.elapsed()
  const done: string[] = []
  const connection = {
    status: { state: 'live', attempt: 0, rung } as const,
    send: (message: ClientMessage) => done.push(describeSent(message)),
    dispatch() {},
  }
  const outbox = createOutbox({ clock, maxOutboxBytes, connection, demandChanged() {} })
  for (const item of happenings) {
    const [elapsedMs, happening] = 'type' in item ? [0, item] : item
    clock.advance(Math.max(0, beganMs + elapsedMs - clock.elapsed()))
    if (happening.type !== 'ask') outbox.dispatch(happening)
    else {
      const { kind, id, channel, payload, hasTurn } = happening
      const message = { type: kind, payload: { id, channel, type: 'b', payload: payload as never } } as const
      outbox.send(message, (outcome) => done.push(describeOutcome(outcome)), hasTurn)
    }
  }
  return { outbox, done }
}
function describeSent({ payload }: ClientMessage): string {
  const { id, producer, number, confirmed } = payload as Readonly<Record<string, unknown>>
  return `send ${id}${producer ? ` as ${producer} ${number}, confirmed ${confirmed}` : ''}`
}
function describeOutcome(outcome: Outcome): string {
  const { code, position } = (outcome ?? {}) as Partial<BaroError> & { position?: string }
  return `settle ${code ?? position ?? JSON.stringify(outcome)}`
}

describe('I5: one ordered outbox', () => {
  it('what is published without a link waits, and is sent in order with the next', () => {
    expect(run([add('a'), add('b')]).done).toEqual([])
    expect(run([add('a'), add('b'), connected()]).done).toEqual(['send a', 'send b'])
  })

  it('what is published with a link is sent at once, without waiting for answers', () => {
    expect(run([connected(), add('a'), add('b')]).done).toEqual(['send a', 'send b'])
  })

  it('what has no answer is sent again, in order, before what has never been sent', () => {
    const { done } = run([connected(), add('a'), add('b'), { type: 'link-down' }, add('c'), connected()])
    expect(done).toEqual(['send a', 'send b', 'send a', 'send b', 'send c'])
  })

  it('what was answered is not sent again, and is settled once', () => {
    const answer = published('a')
    const { done, outbox } = run([connected(), add('a'), answer, answer, { type: 'link-down' }, connected()])
    expect(done).toEqual(['send a', 'settle p-a'])
    expect(outbox.isEmpty).toBe(true)
  })

  it('an error settles with its code; the same id twice shares the first answer', () => {
    expect(run([connected(), add('a'), failed('a', 'refused')]).done).toEqual(['send a', 'settle refused'])
    expect(run([connected(), add('a'), add('a'), failed('a', 'refused')]).done).toEqual([
      'send a',
      'send a',
      'settle refused',
      'settle refused',
    ])
  })

  it('a code that this client does not know reaches who published', () => {
    expect(run([connected(), add('a'), failed('a', 'code-of-tomorrow')]).done).toContain('settle code-of-tomorrow')
  })
})

describe('I5: an id is claimed in each channel by itself', () => {
  const both = [connected(), add('x', 1, 'a'), add('x', 1, 'b')]
  const answers = [published('x', 'b', 'in b'), failed('x', 'refused', 'a')]

  it.each(['websocket', 'sse'] as const)('over %s one id in two channels gets the answer of each', (rung) => {
    expect(run([...both, answers[0] ?? due], { rung }).done).toEqual(['send x', 'send x', 'settle in b'])
    const { done, outbox } = run([...both, ...answers], { rung })
    expect(done.slice(2)).toEqual(['settle in b', 'settle refused'])
    expect(outbox.isEmpty).toBe(true)
  })

  it('what is refused for now in one channel is not sent again in another', () => {
    const { done } = run([...both, failed('x', 'rate-limited', 'b'), published('x'), [1_000, due]])
    expect(done.slice(2)).toEqual(['settle p-x', 'send x'])
  })

  it('it is withdrawn in its channel alone', () => {
    const withdraw: OutboxEvent = { type: 'withdraw', id: 'x', channel: 'b' }
    const { done } = run([add('x', 1, 'a'), add('x', 1, 'b'), withdraw, connected(), published('x')])
    expect(done).toEqual(['settle undefined', 'send x', 'settle p-x'])
  })

  it('where messages may overtake each other, the same id twice gets an answer each, and what follows goes on', () => {
    const twice = [connected(), add('x'), add('x'), turn('c')]
    expect(run([...twice, published('x')], { rung: 'sse' }).done).toEqual([
      'send x',
      'settle p-x',
      'send x',
      'send c as c 1, confirmed 0',
    ])
    const { done, outbox } = run([...twice, published('x'), published('x'), published('c')], { rung: 'sse' })
    expect(done.slice(4)).toEqual(['settle p-x', 'settle p-c'])
    expect(outbox.isEmpty).toBe(true)
  })

  it('one of two copies that was withdrawn, unsent, leaves the other one its answer', () => {
    const withdraw: OutboxEvent = { type: 'withdraw', id: 'x', channel: 'a' }
    const { done, outbox } = run([connected(), add('x'), add('x'), withdraw, published('x')], { rung: 'sse' })
    expect(done).toEqual(['send x', 'settle undefined', 'settle p-x'])
    expect(outbox.isEmpty).toBe(true)
  })

  it('an unknown outcome of another tab on the link says nothing of the turns of this one', () => {
    const lost = [connected(), turn('a'), failed('a', 'rate-limited'), failed('of-a-request', 'unknown-outcome')]
    expect(run([...lost, [1_000, due]]).done.at(-1)).toBe('send a as a 1, confirmed 0')
  })
})

describe('I5: what was sent may have been taken', () => {
  it('within the window it is sent again, beyond it the outcome is unknown', () => {
    expect(run([connected(), add('a'), cut, [9_000, connected()]]).done).toEqual(['send a', 'send a'])
    expect(run([connected(), add('a'), cut, [9_001, connected()]]).done).toEqual(['send a', 'settle unknown-outcome'])
  })

  it('the window begins when it was sent first, however often it is sent again', () => {
    const events = [connected(), add('a'), cut, [6_000, connected()], cut, [9_500, connected()]] as const
    expect(run(events).done).toEqual(['send a', 'send a', 'settle unknown-outcome'])
  })

  it('the shortest window of the hubs that it was sent to counts, and later publishes have that of the hub that takes them', () => {
    const longer = connected({ publishWindowMs: 100_000 })
    expect(run([connected(), add('a'), cut, [9_000, longer]]).done).toEqual(['send a', 'send a'])
    const events = [connected(), add('a'), cut, [9_001, longer], add('b'), cut, [50_000, longer]] as const
    expect(run(events).done).toEqual(['send a', 'settle unknown-outcome', 'send b', 'send b'])
  })

  it('under another life of the claims the outcome is unknown at once', () => {
    const { done } = run([connected(), add('a'), cut, connected({ claimsEpoch: 'claims2' })])
    expect(done).toEqual(['send a', 'settle unknown-outcome'])
  })

  it('what was never sent may always be sent', () => {
    const { done } = run([add('a'), connected(), cut, add('b'), [1_000_000, connected({ claimsEpoch: 'claims2' })]])
    expect(done).toEqual(['send a', 'settle unknown-outcome', 'send b'])
  })

  it('closing settles what was sent as unknown, and the rest as closed', () => {
    const { done, outbox } = run([connected(), add('a'), cut, add('b'), { type: 'close' }])
    expect(done).toEqual(['send a', 'settle unknown-outcome', 'settle closed'])
    expect(outbox.isEmpty).toBe(true)
  })
})

describe('I5: each publish has its turn', () => {
  it('a producer numbers the publishes of a channel from 1, and says up to where it has the answers', () => {
    const { done } = run([connected(), turn('a'), turn('b'), published('b'), turn('c'), published('a'), turn('d')])
    expect(done).toEqual([
      'send a as a 1, confirmed 0',
      'send b as a 2, confirmed 0',
      'settle p-b',
      'send c as a 3, confirmed 0',
      'settle p-a',
      'send d as a 4, confirmed 2',
    ])
  })

  it('each channel is numbered by itself', () => {
    expect(run([connected(), turn('a'), turn('x', 'other'), turn('y', 'other')]).done).toEqual([
      'send a as a 1, confirmed 0',
      'send x as x 1, confirmed 0',
      'send y as x 2, confirmed 0',
    ])
  })

  it('goes on where it was once everything is answered', () => {
    expect(run([connected(), turn('a'), published('a'), turn('b')]).done.at(-1)).toBe('send b as a 2, confirmed 1')
  })

  it('sent again it is the same claim, and says what has been confirmed since', () => {
    const { done } = run([connected(), turn('a'), turn('b'), published('a'), cut, turn('c'), connected()])
    expect(done.slice(3)).toEqual(['send b as a 2, confirmed 1', 'send c as a 3, confirmed 1'])
  })

  it('one whose id the application chose takes no turn', () => {
    expect(run([connected(), turn('a'), add('mine'), turn('b')]).done).toEqual([
      'send a as a 1, confirmed 0',
      'send mine',
      'send b as a 2, confirmed 0',
    ])
  })

  it('what is never sent uses up no number', () => {
    const { done } = run([connected(), turn('long', 'a', '.'.repeat(1_000)), turn('b')])
    expect(done).toEqual(['settle too-large', 'send b as b 1, confirmed 0'])
  })

  it('a refusal for good uses up its number', () => {
    const { done } = run([connected(), turn('a'), failed('a', 'invalid-payload'), turn('b')])
    expect(done.at(-1)).toBe('send b as a 2, confirmed 1')
  })

  it('a producer that the hub may have forgotten is not used again', () => {
    const { done } = run([
      connected(),
      turn('a'),
      published('a'),
      [9_000, turn('b')],
      published('b'),
      [18_001, turn('c')],
    ])
    expect(done.filter((what) => what.startsWith('send'))).toEqual([
      'send a as a 1, confirmed 0',
      'send b as a 2, confirmed 1',
      'send c as c 1, confirmed 0',
    ])
  })
})

describe('I5: not now', () => {
  it.each(['in-progress', 'rate-limited', 'unavailable'])(
    'after %s nothing behind it is sent; a second later everything goes again, in order, as the same claims',
    (code) => {
      const waiting = [connected(), turn('a'), turn('b'), failed('a', code), turn('c'), failed('b', 'out-of-turn')]
      expect(run(waiting).done).toEqual(['send a as a 1, confirmed 0', 'send b as a 2, confirmed 0'])
      expect(run([...waiting, [999, due]]).done).toHaveLength(2)
      expect(run([...waiting, [1_000, due]]).done.slice(2)).toEqual([
        'send a as a 1, confirmed 0',
        'send b as a 2, confirmed 0',
        'send c as a 3, confirmed 0',
      ])
    },
  )

  it('what is in flight behind it is waited for, so that no claim is under way twice on one link', () => {
    const waiting = [connected(), turn('a'), turn('b'), failed('a', 'rate-limited'), [1_000, due]] as const
    expect(run(waiting).done).toHaveLength(2)
    expect(run([...waiting, [1_500, failed('b', 'out-of-turn')]]).done.slice(2)).toEqual([
      'send a as a 1, confirmed 0',
      'send b as a 2, confirmed 0',
    ])
  })

  it('other channels and requests go on', () => {
    const { done } = run([connected(), turn('a'), failed('a', 'rate-limited'), turn('x', 'other'), request('q')])
    expect(done.slice(1)).toEqual(['send x as x 1, confirmed 0', 'send q'])
  })

  it('ends with the link: what waits goes out with the next', () => {
    const { done } = run([connected(), add('a'), failed('a', 'in-progress'), cut, connected(), [5_000, due]])
    expect(done).toEqual(['send a', 'send a'])
  })

  it('of one that is at work elsewhere ends with the window', () => {
    const asked = Array.from({ length: 9 }, (_, second) => [1_000 * (second + 1), failed('a', 'in-progress')] as const)
    const { done } = run([connected(), add('a'), failed('a', 'in-progress'), ...asked, [10_000, due]])
    expect(done).toEqual([...Array.from({ length: 10 }, () => 'send a'), 'settle unknown-outcome'])
  })

  it('of one that was not taken never ends: it was certainly not done', () => {
    const { done } = run([connected(), add('a'), [9_001, failed('a', 'rate-limited')], [20_000, due]])
    expect(done).toEqual(['send a', 'send a'])
  })

  it('where messages may overtake each other the first goes alone: with the others it would take too long again', () => {
    const before = [connected(), add('a'), add('b'), add('c'), published('a'), failed('b', 'in-progress')]
    expect(run([...before, [1_000, due]], { rung: 'sse' }).done.slice(1)).toEqual(['settle p-a', 'send b', 'send c'])
    const { done } = run([...before, failed('c', 'in-progress'), [1_000, due], published('b')], { rung: 'sse' })
    expect(done.slice(4)).toEqual(['send b', 'settle p-b', 'send c'])
  })

  it('is not for a request: it is told that it may ask again', () => {
    const { done } = run([connected(), request('q'), failed('q', 'rate-limited')])
    expect(done).toEqual(['send q', 'settle rate-limited'])
  })
})

describe('I5: out of turn', () => {
  it('and never lost it was not done: it begins, with what follows, under another producer', () => {
    const over = [connected(), turn('a'), published('a'), turn('b'), turn('c'), failed('b', 'out-of-turn')]
    // What is in flight may have been taken, whatever became of the one before it.
    expect(run([...over, [5_000, due]]).done).toHaveLength(4)
    expect(run([...over, failed('c', 'out-of-turn'), [1_000, due]]).done.slice(4)).toEqual([
      'send b as b 1, confirmed 0',
      'send c as b 2, confirmed 0',
    ])
  })

  it('after an earlier sending without an answer its outcome is unknown, and that of all that was lost', () => {
    const lost = [connected(), turn('a'), turn('b'), cut, turn('c'), connected(), failed('a', 'out-of-turn')]
    // Settled together, once nothing of the channel is in flight.
    expect(run(lost).done).not.toContain('settle unknown-outcome')
    const { done } = run([...lost, failed('b', 'out-of-turn'), failed('c', 'out-of-turn'), [1_000, due]])
    expect(done.slice(5)).toEqual(['settle unknown-outcome', 'settle unknown-outcome', 'send c as c 1, confirmed 0'])
  })

  it('what follows an unknown one may still be answered', () => {
    const lost = [connected(), turn('a'), turn('b'), cut, connected(), failed('a', 'out-of-turn'), published('b')]
    expect(run(lost).done.slice(4)).toEqual(['settle p-b', 'settle unknown-outcome'])
  })

  it('cut off before that, what was in flight is unknown, and the rest begins with the next link', () => {
    const over = [connected(), turn('a'), turn('b'), failed('a', 'out-of-turn'), cut, turn('c')]
    expect(run([...over, connected()]).done.slice(2)).toEqual([
      'send a as a 1, confirmed 0',
      'settle unknown-outcome',
      'send c as a 2, confirmed 0',
    ])
  })

  it('touches no other channel', () => {
    const { done } = run([
      ...[connected(), turn('a'), published('a'), turn('b'), turn('x', 'other'), published('x', 'other')],
      ...[failed('b', 'out-of-turn'), turn('y', 'other')],
    ])
    expect(done.at(-1)).toBe('send y as x 2, confirmed 1')
  })
})

it('I5: ids are claimed each by itself: one that is forgotten says nothing of the next', () => {
  const { done } = run([connected(), add('a'), cut, [5_000, connected()], [5_000, add('b')], cut, [9_001, connected()]])
  expect(done).toEqual(['send a', 'send a', 'send b', 'settle unknown-outcome', 'send b'])
})

describe('I5: after an unknown outcome', () => {
  it('because the window has passed, what follows goes on under a new producer', () => {
    const { done } = run([connected(), turn('a'), cut, turn('b'), [9_001, connected()]])
    expect(done.slice(1)).toEqual(['settle unknown-outcome', 'send b as b 1, confirmed 0'])
  })

  it('because the claims are in another life, so it does, on every channel', () => {
    const before = [connected(), turn('a'), turn('x', 'other'), published('x', 'other'), cut, turn('b')]
    const { done } = run([...before, connected({ claimsEpoch: 'claims2' }), turn('y', 'other')])
    expect(done.slice(3)).toEqual([
      'settle unknown-outcome',
      'send b as b 1, confirmed 0',
      'send y as y 1, confirmed 0',
    ])
  })

  it('what was refused for now is unknown too: a copy of it may still be taken', () => {
    const sent = [connected(), turn('a'), turn('b'), turn('c'), failed('c', 'rate-limited')]
    const { done } = run([...sent, failed('a', 'unknown-outcome'), turn('d'), published('b'), [1_000, due]])
    expect(done.slice(3)).toEqual([
      'settle unknown-outcome',
      'settle p-b',
      'settle unknown-outcome',
      'send d as d 1, confirmed 0',
    ])
  })

  it('because the hub does not know it either, so it does', () => {
    const { done } = run([connected(), turn('a'), failed('a', 'unknown-outcome'), turn('b')])
    expect(done.slice(1)).toEqual(['settle unknown-outcome', 'send b as b 1, confirmed 0'])
  })
})

describe('a request', () => {
  const question = request('q')

  it('waits for a link, is answered with the payload, whatever that is', () => {
    const answer: OutboxEvent = { type: 'baro:answer', payload: { id: 'q', channel: 'a', payload: null } }
    expect(run([question, connected(), answer]).done).toEqual(['send q', 'settle null'])
  })

  it('is never sent twice: cut off, its outcome is unknown', () => {
    const { done } = run([connected(), question, { type: 'link-down' }, connected()])
    expect(done).toEqual(['send q', 'settle unknown-outcome'])
  })
})

describe('I7: the outbox is bounded', () => {
  it('what does not fit is refused, and what is in it stays', () => {
    const { done } = run([add('a'), add('b', '.'.repeat(100)), add('c'), connected()], { maxOutboxBytes: 170 })
    expect(done).toEqual(['settle unavailable', 'send a', 'send c'])
  })

  it('what was answered makes room', () => {
    const { done } = run([connected(), add('a'), published('a'), add('b')], { maxOutboxBytes: 100 })
    expect(done).toEqual(['send a', 'settle p-a', 'send b'])
  })

  it('what is longer than the hub takes is refused before it is sent, and others go on', () => {
    const long = add('a', '.'.repeat(1_000))
    expect(run([connected(), long, add('b')]).done).toEqual(['settle too-large', 'send b'])
    expect(run([long, add('b'), connected()]).done).toEqual(['settle too-large', 'send b'])
  })
})

describe('I5: where messages may overtake each other', () => {
  it('a channel has one sending under way at a time, and what came meanwhile goes together', () => {
    const burst = [connected(), turn('a'), turn('b'), turn('c')]
    expect(run(burst, { rung: 'sse' }).done).toEqual(['send a as a 1, confirmed 0'])
    expect(run([...burst, published('a')], { rung: 'sse' }).done.slice(2)).toEqual([
      'send b as a 2, confirmed 1',
      'send c as a 3, confirmed 1',
    ])
  })

  it('other channels and requests do not wait', () => {
    expect(run([connected(), turn('a'), turn('x', 'other'), request('q')], { rung: 'poll' }).done).toHaveLength(3)
  })
})

describe('who asked withdraws', () => {
  const abort = (id: string): OutboxEvent => ({ type: 'withdraw', id, channel: 'a' })
  const late = (id: string): OutboxEvent => ({ type: 'withdraw', id, channel: 'a', lateMs: 30_000 })

  it('a request, sent or not; what answers it is not heard any more', () => {
    expect(run([request('q'), abort('q'), connected()]).done).toEqual(['settle undefined'])
    const { done, outbox } = run([connected(), request('q'), abort('q'), abort('q'), published('q')])
    expect(done).toEqual(['send q', 'settle undefined'])
    expect(outbox.isEmpty).toBe(true)
  })

  it('a request that is too late has an unknown outcome if it was sent, and else was not sent', () => {
    expect(run([connected(), request('q'), late('q')]).done).toEqual(['send q', 'settle unknown-outcome'])
    expect(run([request('q'), late('q'), connected()]).done).toEqual(['settle unavailable'])
  })

  it('I5: a publish while it was not sent, and no other waits for it', () => {
    expect(run([turn('a'), turn('b'), abort('a'), connected()]).done).toEqual([
      'settle undefined',
      'send b as b 1, confirmed 0',
    ])
  })

  it('I5: a publish that was sent goes on: it may be done', () => {
    const sent = [connected(), turn('a'), abort('a')]
    expect(run([...sent, published('a')]).done.slice(1)).toEqual(['settle p-a'])
    expect(run([...sent, cut, abort('a'), connected()]).done.slice(1)).toEqual(['send a as a 1, confirmed 0'])
    // Its number is the next that the hub takes.
    const refused = [...sent, failed('a', 'rate-limited'), abort('a')]
    expect(run([...refused, [1_000, due]]).done.slice(1)).toEqual(['send a as a 1, confirmed 0'])
  })
})
