/** The rules of the whiteboard, and what a stranger could send in place of a stroke. */
import { createHub, type Limits } from '@baro/server'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  boardHeight,
  boardWidth,
  keptBytes,
  type Line,
  maxPoints,
  type Point,
  whiteboard,
} from '../../examples/site/channels/whiteboard.ts'
import { extended, isFull, onBoard, pathOf } from '../../examples/site/components/whiteboard/line.ts'
import { visitorOf } from '../../examples/site/server/visitor-of.ts'
import { openWhiteboard } from '../../examples/site/server/whiteboard.ts'

const dot: Line = { ink: 'red', width: 4, points: [[1, 2]] }
const corner: Point = [boardWidth, boardHeight]
const longest: Line = { ink: 'orange', width: 32, points: Array.from({ length: maxPoints }, () => corner) }

function setUp(limits: Partial<Limits> = {}) {
  const hub = createHub({ channels: [whiteboard], auth: visitorOf, limits })
  openWhiteboard(hub)
  const as = (id: string) => hub.open({ user: { id } })
  return {
    hub,
    ada: as('ada'),
    bob: as('bob'),
    guest: hub.open(),
    strokes: async () => (await hub.snapshot(whiteboard())).value,
  }
}

let stage: ReturnType<typeof setUp>
beforeEach(() => {
  stage = setUp()
  return () => stage.hub.close()
})

type Who = 'ada' | 'bob' | 'guest'

/** What becomes of a publish: `published`, or the code of its error. */
function outcomeOf(who: Who, type: 'stroke' | 'undo' | 'clear', payload: unknown): Promise<string> {
  return stage[who].publish(whiteboard(), type, payload as never).then(
    () => 'published',
    ({ code }) => code,
  )
}

test('whoever drew a stroke takes it back, and nobody else does', async () => {
  const { id } = await stage.ada.publish(whiteboard(), 'stroke', dot)
  expect(await outcomeOf('bob', 'undo', { stroke: id })).toBe('not-accepted')
  expect(await outcomeOf('guest', 'undo', { stroke: id })).toBe('not-accepted')
  expect(await stage.strokes()).toEqual([{ id, by: 'ada', ...dot }])
  expect(await outcomeOf('ada', 'undo', { stroke: id })).toBe('published')
  expect(await stage.strokes()).toEqual([])
  expect(await outcomeOf('ada', 'undo', { stroke: id })).toBe('not-accepted')
})

test('of two strokes of one id each has its own owner', async () => {
  await stage.ada.publish(whiteboard(), 'stroke', dot, { id: 'same' })
  await stage.bob.publish(whiteboard(), 'stroke', dot, { id: 'same' })
  await stage.bob.publish(whiteboard(), 'undo', { stroke: 'same' })
  expect((await stage.strokes()).map(({ by }) => by)).toEqual(['ada'])
})

test('to clear what is empty is no publication', async () => {
  const { position } = await stage.hub.snapshot(whiteboard())
  await stage.ada.publish(whiteboard(), 'clear', {}).catch(() => {})
  expect((await stage.hub.snapshot(whiteboard())).position).toBe(position)
  await stage.ada.publish(whiteboard(), 'stroke', dot)
  expect(await outcomeOf('bob', 'clear', {})).toBe('published')
  expect(await stage.strokes()).toEqual([])
})

describe('refused as an invalid payload, and drawn on no board', () => {
  test.each<[string, unknown]>([
    ['no number', { ...dot, points: [[Number.NaN, 2]] }],
    ['what is no whole number', { ...dot, points: [[0.5, 2]] }],
    ['infinity', { ...dot, points: [[Number.POSITIVE_INFINITY, 2]] }],
    ['a place outside of the board', { ...dot, points: [[-1, 2]] }],
    ['a place below the board', { ...dot, points: [[0, boardHeight + 1]] }],
    ['a place of three numbers', { ...dot, points: [[1, 2, 3]] }],
    ['a text in place of a number', { ...dot, points: [['1', '2']] }],
    ['no points', { ...dot, points: [] }],
    ['a point too many', { ...dot, points: [...longest.points, corner] }],
    ['an object that calls itself a billion points long', { ...dot, points: { length: 1e9 } }],
    ['a negative width', { ...dot, width: -4 }],
    ['a width of its own', { ...dot, width: 5 }],
    ['CSS in the ink', { ...dot, ink: 'red;background:url(//evil.example)' }],
    ['HTML in the ink', { ...dot, ink: '"><script>alert(1)</script>' }],
    ['a name that objects have', { ...dot, ink: '__proto__' }],
    ['nothing', null],
  ])('%s', async (_, payload) => {
    expect(await outcomeOf('ada', 'stroke', payload)).toBe('invalid-payload')
    const pen = stage.ada.signal(whiteboard(), 'pen', { at: [0, 0], line: payload } as never)
    await expect(pen).rejects.toMatchObject({ code: 'invalid-payload' })
    expect(await stage.strokes()).toEqual([])
  })

  test('what nobody has defined is not accepted', async () => {
    expect(await outcomeOf('ada', 'paint' as 'stroke', dot)).toBe('not-accepted')
    expect(await outcomeOf('ada', 'undo', { stroke: 'x'.repeat(129) })).toBe('invalid-payload')
  })

  test('what a stroke has beside its fields is left out', async () => {
    await stage.ada.publish(whiteboard(), 'stroke', { ...dot, by: 'bob', style: 'position:fixed' } as never)
    expect(await stage.strokes()).toEqual([{ id: expect.any(String), by: 'ada', ...dot }])
  })
})

test('of a thousand of the longest strokes in one moment the board keeps the newest, within its bytes', async () => {
  const ids = Array.from({ length: 1_000 }, (_, index) => `stroke-${index}`)
  const outcomes = await Promise.allSettled(
    ids.map((id, index) => stage[index % 2 ? 'ada' : 'bob'].publish(whiteboard(), 'stroke', longest, { id })),
  )
  const refusals = outcomes.flatMap((one) => (one.status === 'rejected' ? one.reason.code : []))
  expect(refusals.filter((code) => code !== 'rate-limited')).toEqual([])
  const strokes = await stage.strokes()
  expect(JSON.stringify(strokes).length).toBeLessThanOrEqual(keptBytes)
  // It does not throw away much more than it must.
  expect(JSON.stringify(strokes).length).toBeGreaterThan(keptBytes / 2)
  const taken = ids.filter((_, index) => outcomes[index]?.status === 'fulfilled')
  expect(new Set(strokes.map(({ id }) => id))).toEqual(new Set(taken.slice(-strokes.length)))
})

test('over HTTP a visitor who draws without end is told so by a code, and costs the board nothing', async () => {
  // A hundredth of what a visitor has, so that a slow machine gives nobody time to earn more.
  const { hub, strokes } = setUp({ messagesPerSecond: 1 })
  const { port, close } = await hub.listen(0, '127.0.0.1')
  const headers = { 'content-type': 'application/json', authorization: 'Bearer secret-of-one-visitor' }
  const body = JSON.stringify({ type: 'stroke', payload: dot })
  const answers = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/baro/channels/whiteboard`, { method: 'POST', headers, body })
      return answer.ok ? 'published' : ((await answer.json()) as { error: { code: string } }).error.code
    }),
  )
  expect([...new Set(answers)].sort()).toEqual(['published', 'rate-limited'])
  expect(await strokes()).toHaveLength(answers.filter((one) => one === 'published').length)
  await close()
  await hub.close()
})

describe('a line', () => {
  test('stays on the board, in whole numbers', () => {
    expect(onBoard(-5, 4_000)).toEqual([0, boardHeight])
    expect(onBoard(0.6, 999.5)).toEqual([1, boardHeight])
  })

  test('leaves out what is where it is already, and is full at the length of a stroke', () => {
    expect(extended([[10, 10]], [12, 11])).toEqual([[10, 10]])
    expect(extended([[10, 10]], [20, 10])).toEqual([
      [10, 10],
      [20, 10],
    ])
    expect(isFull(longest.points.slice(1))).toBe(false)
    expect(isFull(longest.points)).toBe(true)
  })

  test('of one point is a line to itself, which round ends make a dot', () => {
    expect(pathOf([[1, 2]])).toBe('M1 2L1 2')
    expect(
      pathOf([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
    ).toBe('M1 2L3 4 5 6')
  })
})
