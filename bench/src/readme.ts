import { type FanoutRun, windowSize } from './fanout.ts'
import type { RecoverRun } from './recover.ts'
import { median } from './runs.ts'

/** Everything that was measured. */
export interface Measured {
  readonly machine: string
  readonly command: string
  readonly fanout: readonly FanoutRun[]
  readonly recover: readonly RecoverRun[]
}

const labels: Readonly<Record<string, string>> = {
  net: 'bare `net`, the floor',
  ws: '`ws`, `send` in a loop',
  'socket.io': 'socket.io 4.8',
  'socket.io with recovery': 'socket.io 4.8, connection state recovery',
  baro: '**Baro**',
}

/** Writes bench/README.md: method, figures with all runs, and what they say about the targets. */
export function writeReadme({ machine, command, fanout, recover }: Measured): string {
  const sizes = unique(fanout.map(({ subscribers }) => subscribers))
  return `# Figures

What a delivery, a recovery and an idle connection cost the server, beside peers. This page is written by the run itself:

    ${command}

${machine}.

## Against the targets

${targets(fanout).join('\n')}

## Fan-out

Microseconds of server CPU (user and system) for one message of 128 bytes to reach one subscriber. *One at a time*: the next message is sent when every subscriber has the previous one. *${windowSize} in flight*: so many are under way at any moment. Ratios are between medians.

${sizes.map((size) => fanoutTable(fanout, size)).join('\n\n')}

## Idle connections

Resident memory of the server with ${count(Math.max(...sizes))} subscribed connections minus with none, both after collecting garbage, for each connection; and the CPU to accept and subscribe one.

${idleTable(fanout.filter(({ subscribers }) => subscribers === Math.max(...sizes)))}

## Recovery

Everybody is dropped at once; while they are gone the channel goes on; then all of them come back as fast as the server accepts them (256 handshakes under way at a time). CPU is the server's, from the first new connection to the last recovered publication, handshakes included; *0 behind* shows how much of it is coming back alone.

${recoverTable(recover)}

## Method

- Server and load generator are processes of their own, pinned to a core each (\`taskset\`). CPU time is \`process.cpuUsage()\` of the server process alone, so the load generator does not count. Loopback only.
- Each run starts fresh processes, connects everybody, sends warm-up messages that do not count, then measures. Rounds are interleaved: one run of each server, then the next round. All runs are printed; nothing is left out.
- The payload has 128 bytes everywhere. Baro's messages are longer on the wire than those of the others, for they carry an id, an offset, a time and two positions; that is part of its price.
- \`net\` is at most 30 lines: one \`write\` of a ready-made frame for each socket. It does not read, order, keep or validate anything. \`ws\` gets its payload as bytes, made once. Socket.IO speaks WebSocket alone and is otherwise as it comes. Baro validates with zod, numbers, keeps a history and states positions.
- The load generator counts a mark in the bytes that arrive. It says that a message has reached everybody by one byte on a plain connection, whose reading is in the server's CPU time for all servers alike.

## What is worse than we would like

${shortcomings(fanout).join('\n')}

## What to know about these figures

- One at a time, the system call for each socket is nearly all of the cost, for every server here; Node leaves little to win above it.
- ${windowSize} in flight, Baro gathers what one turn of the event loop produced and writes once to each socket; the others write each message by itself. That is the whole difference, and a quiet channel has nothing to gather.
- Two cores are few: what the kernel does for the load generator's end of a connection can land on the server's core. It does so for all of them alike.
`
}

type Figure = (run: FanoutRun) => number

function targets(fanout: readonly FanoutRun[]): readonly string[] {
  const size = Math.max(...fanout.map(({ subscribers }) => subscribers))
  const of = (server: string, figure: Figure): number => medianOf(fanout, server, size, figure)
  const line = (text: string, value: number, unit: string, met: boolean): string =>
    `| ${text} | ${value.toFixed(2)} ${unit} | ${met ? 'met' : '**missed**'} |`
  const overFloor = of('baro', oneAtATime) / of('net', oneAtATime)
  const underLoop = of('ws', inFlight) / of('baro', inFlight)
  const kilobytes = of('baro', ({ bytesPerConnection }) => bytesPerConnection) / 1_000
  return [
    `| at ${count(size)} subscribers | measured | |`,
    '|---|---|---|',
    line('one at a time: at most 1.2 times the floor', overFloor, 'times', overFloor <= 1.2),
    line(
      `${windowSize} in flight: at least 20 times less CPU than \`ws\` in a loop`,
      underLoop,
      'times less',
      underLoop >= 20,
    ),
    line('at most 8 kB of memory for an idle subscribed connection', kilobytes, 'kB', kilobytes <= 8),
  ]
}

function shortcomings(fanout: readonly FanoutRun[]): readonly string[] {
  const sizes = unique(fanout.map(({ subscribers }) => subscribers))
  const many = Math.max(...sizes)
  const of = (server: string, size: number, figure: Figure): number => medianOf(fanout, server, size, figure)
  const connecting = of('baro', many, ({ perConnection }) => perConnection)
  const connectingWs = of('ws', many, ({ perConnection }) => perConnection)
  const idle = of('baro', many, ({ bytesPerConnection }) => bytesPerConnection) / 1_000
  const idleWs = of('ws', many, ({ bytesPerConnection }) => bytesPerConnection) / 1_000
  const overFloor = sizes
    .filter((size) => size < many)
    .map((size) => `${(of('baro', size, oneAtATime) / of('net', size, oneAtATime)).toFixed(2)} with ${count(size)}`)
  return [
    `- Connecting and subscribing takes ${connecting.toFixed(0)} µs, \`ws\` alone ${connectingWs.toFixed(0)}: the handshake is the same, on top come two messages in each direction, a session and a subscription.`,
    `- An idle connection takes ${idle.toFixed(1)} kB, with \`ws\` alone ${idleWs.toFixed(1)}.`,
    `- With fewer subscribers, one message at a time costs more times the floor (${overFloor.join(', ')}): to validate, number, keep and encode a publication once is shared by few.`,
  ]
}

function fanoutTable(fanout: readonly FanoutRun[], size: number): string {
  const runs = fanout.filter(({ subscribers }) => subscribers === size)
  const of = (server: string, figure: (run: FanoutRun) => number): readonly number[] =>
    runs.filter((run) => run.server === server).map(figure)
  const half = (server: string, figure: (run: FanoutRun) => number): string => {
    const middle = median(of(server, figure))
    const ratio = (other: string): string => (middle / median(of(other, figure))).toFixed(2)
    return `${middle.toFixed(2)} | ${ratio('net')} | ${ratio('ws')} | ${list(of(server, figure), 2)}`
  }
  const rows = unique(runs.map(({ server }) => server)).map(
    (server) => `| ${labels[server]} | ${half(server, oneAtATime)} | ${half(server, inFlight)} |`,
  )
  return `**${count(size)} subscribers**

| server | one at a time, µs | × floor | × \`ws\` loop | all runs | ${windowSize} in flight, µs | × floor | × \`ws\` loop | all runs |
|---|---|---|---|---|---|---|---|---|
${rows.join('\n')}`
}

function idleTable(runs: readonly FanoutRun[]): string {
  const rows = unique(runs.map(({ server }) => server)).map((server) => {
    const bytes = runs.filter((run) => run.server === server).map((run) => run.bytesPerConnection / 1_000)
    const cpu = runs.filter((run) => run.server === server).map((run) => run.perConnection)
    return `| ${labels[server]} | ${median(bytes).toFixed(1)} | ${list(bytes, 1)} | ${median(cpu).toFixed(0)} | ${list(cpu, 0)} |`
  })
  return `| server | kB per connection | all runs | µs to connect | all runs |\n|---|---|---|---|---|\n${rows.join('\n')}`
}

function recoverTable(runs: readonly RecoverRun[]): string {
  const rows = unique(runs.map(({ server, behind }) => `${server}\n${behind}`)).map((key) => {
    const same = runs.filter(({ server, behind }) => `${server}\n${behind}` === key)
    const [{ server, subscribers, behind } = { server: '', subscribers: 0, behind: 0 }] = same
    const cpu = same.map(({ cpuSeconds }) => cpuSeconds)
    const total = median(same.map(({ totalSeconds }) => totalSeconds))
    const returning = median(
      runs.filter((run) => run.server === server && run.behind === 0).map((run) => run.cpuSeconds),
    )
    const each = (seconds: number): string => (behind === 0 ? '' : ((seconds / subscribers / behind) * 1e6).toFixed(2))
    const ofEach = `${each(median(cpu))} | ${each(median(cpu) - returning)}`
    return `| ${labels[server]} | ${count(subscribers)} | ${behind} | ${ofEach} | ${median(cpu).toFixed(2)} | ${total.toFixed(2)} | ${list(cpu, 2)} |`
  })
  return `| server | clients | behind | µs for each recovered publication | on top of coming back alone, µs | CPU, s | total time, s | all runs (CPU) |\n|---|---|---|---|---|---|---|---|\n${rows.join('\n')}`
}

function medianOf(fanout: readonly FanoutRun[], server: string, size: number, figure: Figure): number {
  return median(fanout.filter((run) => run.server === server && run.subscribers === size).map(figure))
}

function oneAtATime(run: FanoutRun): number {
  return run.oneAtATime
}

function inFlight(run: FanoutRun): number {
  return run.inFlight
}

function unique<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}

function list(values: readonly number[], digits: number): string {
  return values.map((value) => value.toFixed(digits)).join(' ')
}

function count(value: number): string {
  return value.toLocaleString('en')
}
