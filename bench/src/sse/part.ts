import {
  atLeast,
  atMost,
  bytesPerConnection,
  deliveryTable,
  type Figure,
  idleTable,
  inFlight,
  type Labels,
  medianOf,
  oneAtATime,
  perConnection,
  sizesOf,
} from '../fanout/costs.ts'
import { type FanoutRun, measureFanout, windowSize } from '../fanout/measure.ts'
import { planFanout } from '../fanout/plan.ts'
import { count } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, printed } from '../runs.ts'

const labels: Labels = {
  'net stream': 'bare `net`, the floor',
  'res.write': '`node:http`, `res.write` in a loop',
  'baro stream': '**Baro**, `?live=sse`',
}

/** Fan-out over event streams, and what an idle one costs. */
export const ssePart: Part = createPart<FanoutRun>({
  name: 'sse',
  connections: 10_000,
  async measure({ isQuick, rounds }) {
    const runs: FanoutRun[] = []
    for (const size of isQuick ? [1_000] : [1_000, 10_000]) {
      const plan = planFanout(size, isQuick ? 0.1 : 1)
      const measure = async (server: string) => printed(await measureFanout(server, plan))
      runs.push(...(await interleave(rounds, Object.keys(labels), measure)))
    }
    return runs
  },
  tell,
})

function tell(runs: readonly FanoutRun[]): Chapter {
  const sizes = sizesOf(runs)
  const most = Math.max(...sizes)
  const of = (server: string, figure: Figure): number => medianOf(runs, server, most, figure)
  const at = `at ${count(most)} readers`
  const idle = of('baro stream', bytesPerConnection) / 1_000
  const yardsticks = { floor: 'net stream', loop: 'res.write', loopName: '`res.write` loop' }
  return {
    text: `
## Fan-out over event streams

The same for readers of an event stream: \`GET /baro/channels/NAME?live=sse\`. Here all three send equally many bytes.

${sizes.map((size) => deliveryTable(runs, size, labels, yardsticks)).join('\n\n')}

### Idle event streams

${idleTable(runs, labels)}`,
    targets: [
      atMost(
        `event stream, one at a time, ${at}: at most 1.5 times the floor`,
        of('baro stream', oneAtATime) / of('net stream', oneAtATime),
        'times',
        1.5,
      ),
      atLeast(
        `event stream, ${windowSize} in flight, ${at}: at least 20 times less CPU than \`res.write\` in a loop`,
        of('res.write', inFlight) / of('baro stream', inFlight),
        'times less',
        20,
      ),
      atMost('at most 12 kB of memory for an idle reader of an event stream', idle, 'kB', 12),
    ],
    shortcomings: [
      `To open an event stream takes ${of('baro stream', perConnection).toFixed(0)} µs, with \`node:http\` alone ${of('res.write', perConnection).toFixed(0)}; an idle one takes ${idle.toFixed(1)} kB, with \`node:http\` alone ${(of('res.write', bytesPerConnection) / 1_000).toFixed(1)}.`,
    ],
    notes: ['Over event streams, `res.write` gets its message as bytes, made once.'],
  }
}
