import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { measured } from '../../examples/site/components/transports/measured.ts'
import { transports } from '../../examples/site/components/transports/transport.ts'

type Run = Readonly<Record<string, string | number>>

/** The median of what the runs of a server say of one thing. */
function medianOf(part: string, kind: Run, figure: string): number {
  const { runs } = JSON.parse(readFileSync(new URL(`../../bench/results/${part}.json`, import.meta.url), 'utf8')) as {
    readonly runs: readonly Run[]
  }
  const values = runs
    .filter((run) => Object.entries(kind).every(([name, value]) => run[name] === value))
    .map((run) => Number(run[figure]))
    .sort((a, b) => a - b)
  return values[(values.length - 1) / 2] ?? Number.NaN
}

test('the figures that the guide calls measured are the medians of the runs that are kept', () => {
  const rounded = (value: number, digits: number) => Number(value.toFixed(digits))
  const fanout = (part: string, server: string) => {
    const kind = { server, subscribers: 10_000 }
    return {
      oneAtATime: rounded(medianOf(part, kind, 'oneAtATime'), 1),
      inFlight: rounded(medianOf(part, kind, 'inFlight'), 2),
      idleKilobytes: rounded(medianOf(part, kind, 'bytesPerConnection') / 1_000, 1),
    }
  }
  expect(measured).toEqual({
    websocket: fanout('fanout', 'baro'),
    sse: fanout('sse', 'baro stream'),
    'long-poll': { oneAtATime: rounded(medianOf('long-poll', { server: 'baro long poll' }, 'perDelivery'), 0) },
    poll: { oneAtATime: rounded(medianOf('long-poll', { server: 'baro poll' }, 'perDelivery'), 0) },
  })
  expect(Object.keys(measured)).toEqual([...transports])
})
