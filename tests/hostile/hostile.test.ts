import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { attacks } from './attacks/attacks.ts'
import { attackersHome, type Camp, pitchCamp, slackBytes } from './siege.ts'

/** Enough for every attack to come to its point; how long the hub takes over it is measured by `npm run hostile`. */
const effort = { forMs: 350, scale: 0.1 }
/** Whatever strangers say, a log must not fill the disk: nothing that they choose is written more often than this. */
const mostLogLines = 150
/** How long something may take to come true on a busy machine before a test gives up on it. */
const patienceMs = 60_000

vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })

let camp: Camp

// One hub for all of them: what an attack leaves behind, the next ones find.
beforeAll(async () => {
  camp = await pitchCamp({ isMeasured: false })
})

afterAll(() => camp?.strike())

test.each(attacks)('I7: the honest do not notice $name: $what', async ({ name, keepsBytes = 0 }) => {
  const { hub, honest, attacker, port } = camp
  const before = await hub.tell({ do: 'rest' })
  const [, said] = await Promise.all([
    attacker.tell({ name, port, from: attackersHome, ...effort }),
    honest.tell({ do: 'speak', forMs: effort.forMs, everyMs: 400, stretch: 'under' }),
  ])
  const settled = await honest.tell({ do: 'settle', withinMs: patienceMs })
  expect(hub.lastWords).toBe('')
  expect((await hub.tell({ do: 'tell' })).logLines).toBeLessThan(mostLogLines)
  expect({ ...said.refusals, ...settled.refusals }).toEqual({})
  expect(settled).toMatchObject({ missed: 0, doubled: 0, live: 20 })
  const heldAtMost = before.heapBytes + slackBytes + keepsBytes
  await expect
    .poll(async () => (await hub.tell({ do: 'rest' })).heapBytes, { timeout: patienceMs })
    .toBeLessThan(heldAtMost)
})
