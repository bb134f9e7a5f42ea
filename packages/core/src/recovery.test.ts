import { describe, expect, it } from 'vitest'
import { createGenerator } from '../test/generator.ts'
import { type AtPosition, type Position, positionAfter, startOf } from './position.ts'
import type { Publication } from './publication.ts'
import { createRecover, type ResetReason, recover, recoveryGuards, type StreamView } from './recovery.ts'

const publication = (offset: number, life = 'a'): Publication => ({
  type: 'message',
  payload: null,
  offset,
  id: `${offset}-of-${life}`,
  time: 0,
})

/** A stream with all its publications ever, so that a test knows what a trimmed one must answer. */
interface Stream {
  readonly epoch: string
  readonly life: string
  readonly head: number
  readonly floor: number
}

/** The view that a broker returns for a read after `after`. */
function view({ epoch, life, head, floor }: Stream, after: number): StreamView {
  const check = (offset: number) =>
    (offset === 0 ? startOf(epoch) : positionAfter(epoch, publication(offset, life))).check
  const from = Math.max(after, floor)
  return {
    epoch,
    head: { offset: head, check: check(head) },
    floor,
    ...(after >= floor && after <= head ? { from: { offset: after, check: check(after) } } : {}),
    upTo: { offset: head, check: check(head) },
    publications: Array.from({ length: Math.max(0, head - from) }, (_, index) => publication(from + 1 + index, life)),
  }
}

const reader = (offset: number, { epoch = 'e1', life = 'a' } = {}): AtPosition =>
  offset === 0 ? startOf(epoch) : positionAfter(epoch, publication(offset, life))

const kept: Stream = { epoch: 'e1', life: 'a', head: 10, floor: 4 }
const whole: Stream = { epoch: 'e1', life: 'a', head: 3, floor: 0 }
const empty: Stream = { epoch: 'e1', life: 'a', head: 0, floor: 0 }
const trimmedToNothing: Stream = { epoch: 'e1', life: 'a', head: 10, floor: 10 }

describe('what follows a position comes (I2)', () => {
  it.each<[string, Stream, AtPosition, readonly number[]]>([
    ['at the head nothing, and it is recovered', kept, reader(10), []],
    ['one before the head the newest', kept, reader(9), [10]],
    ['at the floor everything that is kept', kept, reader(4), [5, 6, 7, 8, 9, 10]],
    ['one above the floor all but one', kept, reader(5), [6, 7, 8, 9, 10]],
    ['at 0 everything, if nothing was trimmed', whole, reader(0), [1, 2, 3]],
    ['at 0 of a channel that has no record yet', empty, reader(0), []],
    ['at the head of a channel whose history is gone', trimmedToNothing, reader(10), []],
  ])('I2: %s', (_, stream, position, offsets) => {
    const recovery = recover(position, view(stream, position.offset))
    const { head } = view(stream, position.offset)
    expect(recovery).toMatchObject({ outcome: 'recovered', from: position, to: { epoch: stream.epoch, ...head } })
    expect(recovery.outcome === 'recovered' && recovery.publications.map(({ offset }) => offset)).toEqual(offsets)
  })
})

describe('or an honest reset (I4)', () => {
  it.each<[string, Stream, Position | undefined, ResetReason]>([
    ['without a position', kept, undefined, 'none'],
    ['from a page that was built where there was no hub', kept, { kind: 'none' }, 'none'],
    ['from a database snapshot', kept, { kind: 'queried', epoch: 'e1', xmin: '1', xmax: '2', xip: [] }, 'queried'],
    ['in another epoch', kept, reader(10, { epoch: 'e2' }), 'epoch'],
    ['in another epoch, although offset and check agree', empty, reader(0, { epoch: 'e2' }), 'epoch'],
    ['one beyond the head', kept, reader(11), 'beyond-head'],
    ['beyond the head of an empty channel', empty, reader(1), 'beyond-head'],
    ['one below the floor', kept, reader(3), 'trimmed'],
    ['at 0, if the first was trimmed', kept, reader(0), 'trimmed'],
    ['one before the head of a channel whose history is gone', trimmedToNothing, reader(9), 'trimmed'],
    ['with another publication at its offset', kept, reader(7, { life: 'b' }), 'rewritten'],
    ['with another publication at the floor', kept, reader(4, { life: 'b' }), 'rewritten'],
    ['with another publication at the head', kept, reader(10, { life: 'b' }), 'rewritten'],
  ])('I4: %s', (_, stream, position, reason) => {
    const after = position?.kind === 'at' ? position.offset : 0
    expect(recover(position, view(stream, after))).toEqual({ outcome: 'reset', reason })
  })

  it('names the first objection: a foreign epoch explains everything after it', () => {
    expect(recover(reader(99, { epoch: 'e2', life: 'b' }), view(kept, 99))).toEqual({
      outcome: 'reset',
      reason: 'epoch',
    })
  })
})

describe('every guard is needed: without it a reader is told that it recovered and loses something', () => {
  it.each<[ResetReason, Stream, AtPosition]>([
    ['epoch', empty, reader(0, { epoch: 'e2' })],
    ['beyond-head', kept, reader(11)],
    ['trimmed', kept, reader(3)],
    ['rewritten', kept, reader(7, { life: 'b' })],
  ])('I4: %s', (reason, stream, position) => {
    const without = createRecover(recoveryGuards.filter((guard) => guard.reason !== reason))
    expect(recover(position, view(stream, position.offset)).outcome).toBe('reset')
    expect(without(position, view(stream, position.offset)).outcome).toBe('recovered')
  })

  it('and there is no guard that this table does not name', () => {
    expect(recoveryGuards.map(({ reason }) => reason)).toEqual(['epoch', 'beyond-head', 'trimmed', 'rewritten'])
  })
})

it('I2 I4: a reader of any stream ends with what the stream ever held after its position, or is reset', () => {
  const generator = createGenerator(9)
  const outcomes: Record<string, number> = {}
  for (let round = 0; round < 20_000; round++) {
    const head = generator.whole(8)
    const stream: Stream = {
      epoch: generator.pick(['e1', 'e2']),
      life: generator.pick('ab'),
      head,
      floor: generator.whole(head + 1),
    }
    const position = reader(generator.whole(10), { epoch: generator.pick(['e1', 'e2']), life: generator.pick('ab') })
    const recovery = recover(position, view(stream, position.offset))
    const key = recovery.outcome === 'reset' ? recovery.reason : 'recovered'
    outcomes[key] = (outcomes[key] ?? 0) + 1

    const sameHistory =
      position.epoch === stream.epoch &&
      (position.offset === 0 || position.check === reader(position.offset, stream).check)
    const servable = sameHistory && position.offset >= stream.floor && position.offset <= stream.head
    expect(recovery.outcome).toBe(servable ? 'recovered' : 'reset')
    if (recovery.outcome === 'recovered')
      expect(recovery.publications.map(({ offset }) => offset)).toEqual(
        Array.from({ length: stream.head - position.offset }, (_, index) => position.offset + 1 + index),
      )
  }
  expect(Object.keys(outcomes).sort()).toEqual(['beyond-head', 'epoch', 'recovered', 'rewritten', 'trimmed'])
  expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(100)
})
