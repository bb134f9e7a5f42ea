import { expect, it } from 'vitest'
import { type LadderEvent, ladderTransition, startLadder } from './ladder-machine.ts'

const mute: LadderEvent = { type: 'mute' }
const spoke: LadderEvent = { type: 'spoke' }
const cut: LadderEvent = { type: 'cut' }
const lived: LadderEvent = { type: 'lived' }

function after(events: readonly LadderEvent[], rung = 0): number {
  return events.reduce((state, event) => ladderTransition(state, event, 4), startLadder(rung)).rung
}

it('leaves a rung that let no first message through', () => {
  expect(after([mute])).toBe(1)
  expect(after([mute, mute, mute])).toBe(3)
})

it('stays on a rung that had spoken for one mute link, because a server that starts again looks like that', () => {
  expect(after([lived, mute])).toBe(0)
  expect(after([spoke, mute])).toBe(0)
  expect(after([lived, mute, mute])).toBe(1)
  expect(after([lived, mute, spoke, mute])).toBe(0)
})

it('begins at the top again after the last rung', () => {
  expect(after([mute], 3)).toBe(0)
})

it('leaves a rung whose links are cut young three times in a row, and no sooner', () => {
  expect(after([spoke, cut, spoke, cut])).toBe(0)
  expect(after([spoke, cut, spoke, cut, spoke, cut])).toBe(1)
})

it('forgives young cuts once a link has lived', () => {
  expect(after([spoke, cut, spoke, cut, lived, spoke, cut, spoke, cut])).toBe(0)
})

it('stays on a rung whose links break young because the hub went away, however often', () => {
  expect(after(Array.from({ length: 20 }, () => [spoke, mute]).flat())).toBe(0)
})

it('climbs to a higher rung that spoke, and never falls by a probe', () => {
  expect(after([{ type: 'probed', rung: 0 }], 2)).toBe(0)
  expect(after([{ type: 'probed', rung: 3 }], 2)).toBe(2)
})

it('asks the higher rungs less and less often, but never stops', () => {
  let state = startLadder(2)
  const waits: number[] = []
  for (let probe = 0; probe < 12; probe++) {
    waits.push(state.probeAfterMs)
    state = ladderTransition(state, { type: 'probed', rung: 2 }, 4)
  }
  expect(waits.slice(0, 3)).toEqual([15_000, 30_000, 60_000])
  expect(waits.at(-1)).toBe(600_000)
})
