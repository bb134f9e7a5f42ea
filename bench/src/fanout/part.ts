import { count } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, printed } from '../runs.ts'
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
} from './costs.ts'
import { type FanoutRun, measureFanout, windowSize } from './measure.ts'
import { planFanout } from './plan.ts'

const labels: Labels = {
  net: 'bare `net`, the floor',
  ws: '`ws`, `send` in a loop',
  'socket.io': 'socket.io 4.8',
  baro: '**Baro**',
}

/** WebSocket fan-out, and what an idle connection costs. */
export const fanoutPart: Part = createPart<FanoutRun>({
  name: 'fanout',
  connections: 10_000,
  async measure({ isQuick, rounds }) {
    const runs: FanoutRun[] = []
    for (const size of isQuick ? [100, 1_000] : [100, 1_000, 10_000]) {
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
  const of = (server: string, figure: Figure, size = most): number => medianOf(runs, server, size, figure)
  const at = `at ${count(most)} subscribers`
  const idle = of('baro', bytesPerConnection) / 1_000
  const yardsticks = { floor: 'net', loop: 'ws', loopName: '`ws` loop' }
  const fewer = sizes
    .filter((size) => size < most)
    .map((size) => `${(of('baro', oneAtATime, size) / of('net', oneAtATime, size)).toFixed(2)} with ${count(size)}`)
  return {
    text: `
## Fan-out over WebSocket

Microseconds of server CPU (user and system) for one message of 128 bytes to reach one subscriber. *One at a time*: the next message is sent when every subscriber has the previous one. *${windowSize} in flight*: so many are under way at any moment, each of them published through a connection of its own as soon as every subscriber has the one before. Ratios are between medians.

${sizes.map((size) => deliveryTable(runs, size, labels, yardsticks)).join('\n\n')}

### Idle connections

Resident memory of the server with ${count(most)} subscribed connections minus with none, both after collecting garbage, for each connection; and the CPU to accept and subscribe one.

${idleTable(runs, labels)}`,
    targets: [
      atMost(
        `WebSocket, one at a time, ${at}: at most 1.2 times the floor`,
        of('baro', oneAtATime) / of('net', oneAtATime),
        'times',
        1.2,
      ),
      atLeast(
        `WebSocket, ${windowSize} in flight, ${at}: at least 20 times less CPU than \`ws\` in a loop`,
        of('ws', inFlight) / of('baro', inFlight),
        'times less',
        20,
      ),
      atMost('at most 8 kB of memory for an idle subscribed WebSocket', idle, 'kB', 8),
    ],
    shortcomings: [
      `Connecting and subscribing over WebSocket takes ${of('baro', perConnection).toFixed(0)} µs, \`ws\` alone ${of('ws', perConnection).toFixed(0)}: the handshake is the same, on top come two messages in each direction, a session and a subscription.`,
      `An idle WebSocket takes ${idle.toFixed(1)} kB, with \`ws\` alone ${(of('ws', bytesPerConnection) / 1_000).toFixed(1)}.`,
      `With fewer subscribers, one message at a time costs more times the floor (${fewer.join(', ')}): to validate, number, keep and encode a publication once is shared by few.`,
    ],
    notes: [
      "Over WebSocket, `net` is at most 30 lines: one `write` of a ready-made frame for each socket. It does not read, order, keep or validate anything. `ws` gets its payload as bytes, made once. Socket.IO speaks WebSocket alone and is otherwise as it comes. Baro's messages are longer there than those of the others, for they carry an id, an offset, a time and two positions; that is part of its price.",
      'One at a time, the system call for each socket is nearly all of the cost, for every server here; Node leaves little to win above it.',
      `${windowSize} in flight, Baro gathers what comes together and writes once to each socket; \`net\`, \`ws\` and Socket.IO write each message by itself. That is the whole difference, and a quiet channel has nothing to gather.`,
    ],
  }
}
