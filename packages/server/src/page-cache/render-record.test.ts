import { AsyncResource } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { RenderRecord, RenderRecords } from './render-record.ts'

const recordOf = (path: string) => new RenderRecord({ path, isShared: true, isKept: true, mark: 0, began: 0 })

/** How many storages watch what is begun now, as Node before 24 notes it on each resource. */
const watching = () => Object.getOwnPropertySymbols(new AsyncResource('probe')).length

test('what is begun belongs to its render until that is over, and then nothing watches the process', async () => {
  const records = new RenderRecords()
  const before = watching()
  const ends: (() => void)[] = []
  const seen: (string | undefined)[] = []
  const render = async () => {
    await new Promise<void>((resolve) => ends.push(resolve))
    seen.push(records.current?.path)
  }
  const renders = ['/a', '/b'].map((path) => records.runToItsEnd(recordOf(path), render))
  expect(records.current).toBeUndefined()
  ends[0]?.()
  await renders[0]
  // The other one goes on.
  ends[1]?.()
  await renders[1]
  expect(seen).toEqual(['/a', '/b'])
  expect(watching()).toBe(before)
  const failing = records.runToItsEnd(recordOf('/c'), () => Promise.reject(new Error('broken')))
  await expect(failing).rejects.toThrow('broken')
  expect(watching()).toBe(before)
})

test('what a framework does after its answer belongs to the render, whatever else is over', async () => {
  const records = new RenderRecords()
  let goOn = () => {}
  const kept = records.run(recordOf('/kept'), async () => {
    await new Promise<void>((resolve) => {
      goOn = resolve
    })
    return records.current?.path
  })
  await records.runToItsEnd(recordOf('/other'), async () => {})
  goOn()
  expect(await kept).toBe('/kept')
})
