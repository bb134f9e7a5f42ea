/** What it takes in memory that somebody could look: counted object by object, and not by the heap, which others use too. */
import { type HeapProfiler, Session } from 'node:inspector/promises'
import { setFlagsFromString } from 'node:v8'
import { expect, test } from 'vitest'
import { createStage, room, type Stage, subscribe } from '../../test/fake-client.ts'
import type { HubOptions } from '../hub/hub.ts'
import { hubEventNames } from './hub-events.ts'

const publications = 100
/** The least object that says an event has a name, a time and a channel. */
const leastEventBytes = 40

async function begin(options: Partial<HubOptions> = {}): Promise<Stage> {
  const stage = createStage(options)
  stage.hub.on(room, { access: 'public' })
  for (let reader = 0; reader < 3; reader++) await subscribe(await stage.connect('ada'), 1)
  return stage
}

async function publish({ hub, settle }: Stage, count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    await hub.publish(room({ id: 1 }), 'note', { text: 'hello' })
    await settle()
  }
}

/** Bytes of all objects that a publication and its delivery make, and of those that the room `observe` makes of them. */
async function allocated(session: Session, stage: Stage): Promise<{ readonly all: number; readonly observe: number }> {
  // An interval of one byte, and of what is collected already too: so each object counts.
  const whole = { includeObjectsCollectedByMajorGC: true, includeObjectsCollectedByMinorGC: true }
  await session.post('HeapProfiler.startSampling', { samplingInterval: 1, ...whole })
  await publish(stage, publications)
  const { profile } = await session.post('HeapProfiler.stopSampling')
  let [all, observe] = [0, 0]
  const count = ({ callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode): void => {
    all += selfSize
    if (callFrame.url.includes('/src/observe/') && !callFrame.url.includes('.test.')) observe += selfSize
    for (const child of children) count(child)
  }
  count(profile.head)
  return { all: all / publications, observe: observe / publications }
}

test('while nobody observes, a publication and its delivery make no object more than in a hub without a journal', async () => {
  // What V8 has compiled leaves out some objects, at once in one hub and later in its equal: so nothing is compiled.
  setFlagsFromString('--no-opt')
  setFlagsFromString('--no-maglev')
  setFlagsFromString('--no-sparkplug')
  const [alone, byDefault, observed] = [await begin({ maxJournalBytes: 0 }), await begin(), await begin()]
  observed.hub.observe(Object.fromEntries(hubEventNames.map((name) => [name, () => {}])))
  const session = new Session()
  session.connect()
  const least = new Map<Stage, { readonly all: number; readonly observe: number }>()
  for (let round = 0; round < 5; round++) {
    for (const stage of [alone, byDefault, observed]) {
      const found = await allocated(session, stage)
      if (found.all < (least.get(stage)?.all ?? Number.POSITIVE_INFINITY)) least.set(stage, found)
    }
  }
  session.disconnect()
  const of = (stage: Stage) => least.get(stage) ?? { all: Number.NaN, observe: Number.NaN }
  expect(of(byDefault).observe).toBe(0)
  expect(of(byDefault).all - of(alone).all).toBeLessThan(leastEventBytes)
  // What would be seen if somebody were told.
  expect(of(observed).observe).toBeGreaterThan(0)
  expect(of(observed).all - of(byDefault).all).toBeGreaterThan(2 * leastEventBytes)
})
