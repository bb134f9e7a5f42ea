import { describe, expect, test } from 'vitest'
import {
  type Board,
  blank,
  columns,
  newestOf,
  ofBot,
  ofVisitor,
  painted,
  rows,
} from '../../examples/site/channels/board.ts'
import {
  type Boards,
  breaks,
  type Event,
  opened,
  type State,
  transition,
} from '../../examples/site/components/break-it/break-it-machine.ts'
import {
  holesOf,
  type LogEntry,
  type PublisherLog,
  verdictOf,
} from '../../examples/site/components/break-it/verdict.ts'
import { nextStroke, pictures } from '../../examples/site/server/break-it/pictures.ts'
import { createPublisherLog } from '../../examples/site/server/break-it/publisher-log.ts'

/** A publication of its own cell. */
const stroke = (offset: number, cell = offset) => ({ offset, payload: { cell, colour: ofBot } })
/** A board that has heard of these. */
const boardOf = (...offsets: readonly number[]): Board =>
  offsets.reduce((board: Board, offset) => painted(board, stroke(offset)), { cells: [], spans: [] })
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, index) => first + index)
/** The log of a publisher that has published so many, each into a cell of its own. */
const logOf = (head: number, after = 0, life = 'a'): PublisherLog => ({
  life,
  head,
  entries: range(after + 1, head).map((offset): LogEntry => [offset, offset, ofBot]),
})

describe('a board', () => {
  test('knows which publications are in it, as long as they follow each other in one span', () => {
    expect(boardOf(1, 2, 3).spans).toEqual([[1, 3]])
    expect(boardOf(...range(1, 3), ...range(9, 10)).spans).toEqual([
      [1, 3],
      [9, 10],
    ])
    expect(newestOf(boardOf())).toBe(0)
  })

  test('shows of a cell what was painted last', () => {
    const board = painted(boardOf(1), { offset: 2, payload: { cell: 1, colour: blank } })
    expect(board.cells[1]).toEqual([2, blank])
  })
})

describe('a verdict', () => {
  test('of a reader that goes on: what was published while it was away is caught up, and nothing is lost', () => {
    expect(verdictOf(logOf(30, 10), { from: 10, backAt: 24 }, boardOf(...range(1, 26)))).toEqual({
      caughtUp: 14,
      lost: 0,
    })
  })

  test('of a reader with a hole: what is not in its board is lost, as far as it has heard of anything newer', () => {
    const board = boardOf(...range(1, 10), 26, 27)
    expect(verdictOf(logOf(30, 10), { from: 10, backAt: 24 }, board)).toEqual({ caughtUp: 0, lost: 15 })
  })

  test('counts by the log of the publisher: what is not in that is neither', () => {
    const log: PublisherLog = { life: 'a', head: 9, entries: [[9, 0, ofBot]] }
    expect(verdictOf(log, { from: 3, backAt: 9 }, boardOf(...range(1, 12)))).toEqual({ caughtUp: 1, lost: 0 })
  })

  test('marks the cells that a lost publication should have painted, until something else is painted there', () => {
    const board = boardOf(...range(1, 4), 8)
    expect([...holesOf(logOf(8), board)]).toEqual([5, 6, 7])
    expect([...holesOf(logOf(8), painted(board, stroke(9, 6)))]).toEqual([5, 7])
  })
})

describe('the demo', () => {
  const both = (baro: Board, usual: Board): Boards => ({ baro, usual })
  const run = (state: State, ...events: readonly Event[]) =>
    events.reduce(
      (step, event) => {
        const next = transition(step.state, event)
        return { state: next.state, actions: [...step.actions, ...next.actions] }
      },
      { state, actions: [] as readonly { readonly type: string }[] },
    )
  const page = boardOf(...range(1, 10))
  const settled = run(
    opened(10).state,
    { type: 'logged', reading: 1, log: logOf(12, 10), boards: both(page, page) },
    { type: 'heard', boards: both(boardOf(...range(1, 13)), boardOf(...range(1, 10), 13)) },
    {
      type: 'logged',
      reading: 2,
      log: logOf(13, 10),
      boards: both(boardOf(...range(1, 13)), boardOf(...range(1, 10), 13)),
    },
  ).state

  test('judges the page itself: it was away as long as it was cached', () => {
    expect(settled.name).toBe('settled')
    expect(settled.verdicts).toEqual({ baro: { caughtUp: 2, lost: 0 }, usual: { caughtUp: 0, lost: 2 } })
  })

  test('does not judge before both have heard of what follows the return', () => {
    const waiting = run(opened(10).state, { type: 'logged', reading: 1, log: logOf(12, 10), boards: both(page, page) })
    expect(waiting.actions).toEqual([])
    const still = run(waiting.state, { type: 'heard', boards: both(boardOf(...range(1, 12)), page) })
    expect(still.actions).toEqual([])
    const ready = run(still.state, {
      type: 'heard',
      boards: both(boardOf(...range(1, 12)), boardOf(...range(1, 10), 13)),
    })
    expect(ready.actions).toEqual([{ type: 'read-log', reading: 2, from: 10 }])
  })

  test('makes one absence of a break that comes before the last one was judged', () => {
    const at = both(boardOf(...range(1, 20)), boardOf(...range(1, 10), ...range(13, 20)))
    const again = run(
      settled,
      { type: 'pressed', broke: 'cut', boards: at },
      { type: 'ended' },
      { type: 'pressed', broke: 'sleep', boards: both(boardOf(...range(1, 30)), at.usual) },
    ).state
    expect(again).toMatchObject({ name: 'broken', broke: 'sleep', from: 20, verdicts: undefined })
  })

  test('an answer about an earlier absence says nothing of this one', () => {
    const at = both(boardOf(...range(1, 20)), boardOf(...range(1, 20)))
    const back = run(settled, { type: 'pressed', broke: 'cut', boards: at }, { type: 'ended' }).state
    const late: Event = { type: 'logged', reading: back.reading - 1, log: logOf(20), boards: at }
    expect(transition(back, late)).toEqual({ state: back, actions: [] })
  })

  test('asks again for a log that could not be read, at the next publication', () => {
    const unread = run(opened(10).state, { type: 'unread', reading: 1 }).state
    expect(run(unread, { type: 'heard', boards: both(page, page) }).actions).toEqual([
      { type: 'read-log', reading: 2, from: 10 },
    ])
  })

  test('a publisher of another life has another log: the page is loaded anew, and nothing is said', () => {
    const at = both(page, page)
    const back = run(settled, { type: 'pressed', broke: 'restart', boards: at }, { type: 'ended' }).state
    const step = run(back, { type: 'logged', reading: back.reading, log: logOf(3, 0, 'b'), boards: at })
    expect(step.actions).toEqual([{ type: 'load-page' }])
    expect(step.state.verdicts).toBeUndefined()
  })

  test('cannot be broken twice at once, and each break can be ended', () => {
    for (const broke of breaks) {
      const broken = run(settled, { type: 'pressed', broke, boards: both(page, page) })
      expect(broken.actions).toEqual([{ type: 'break', broke }])
      expect(run(broken.state, { type: 'pressed', broke: 'cut', boards: both(page, page) }).actions).toEqual([])
      expect(run(broken.state, { type: 'ended' }).actions.map(({ type }) => type)).toEqual(['mend', 'read-log'])
    }
  })
})

describe('the bot', () => {
  test('has pictures that fit the board', () => {
    for (const picture of pictures) {
      expect(picture).toHaveLength(rows)
      for (const row of picture) expect(row).toHaveLength(columns)
    }
  })

  test.each(pictures.map((picture, index) => [index, picture] as const))(
    'draws picture %i and is done',
    (_, picture) => {
      let board: Board = boardOf(...range(1, 60))
      const strokes = columns * rows
      for (let offset = 61; offset < 61 + strokes; offset++) {
        const next = nextStroke(board, picture)
        if (!next) break
        board = painted(board, { offset, payload: next })
      }
      expect(nextStroke(board, picture)).toBeUndefined()
      const drawn = Array.from({ length: rows }, (_, row) =>
        Array.from({ length: columns }, (_, column) =>
          (board.cells[row * columns + column]?.[1] ?? 0) === ofBot ? '#' : '.',
        ).join(''),
      )
      expect(drawn).toEqual(picture)
    },
  )
})

test('the bot leaves alone what a visitor has painted, for a while', () => {
  const picture = Array.from({ length: rows }, () => '.'.repeat(columns))
  const board = painted(boardOf(), { offset: 1, payload: { cell: 0, colour: ofVisitor } })
  expect(nextStroke(board, picture)).toBeUndefined()
  const later = painted(board, { offset: 300, payload: { cell: 9, colour: blank } })
  expect(nextStroke(later, picture)).toEqual({ cell: 0, colour: blank })
})

describe('the publisher’s log', () => {
  test('is complete as soon as it is read: what is under way is waited for, and what failed is not in it', async () => {
    const log = createPublisherLog()
    let resolveSlow = (_: number) => {}
    const slow = new Promise<number>((resolve) => {
      resolveSlow = resolve
    })
    void log.write(() => slow, 4, ofBot)
    await log.write(async () => 2, 5, ofBot)
    await log.write(async () => Promise.reject(new Error('no broker')), 6, ofBot).catch(() => {})
    const reading = log.readAfter(0)
    resolveSlow(1)
    expect((await reading).entries).toEqual([
      [1, 4, ofBot],
      [2, 5, ofBot],
    ])
    expect((await log.readAfter(1)).entries).toEqual([[2, 5, ofBot]])
    expect((await log.readAfter(2)).head).toBe(2)
  })
})
