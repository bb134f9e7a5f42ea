import { list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { median, printed } from '../runs.ts'
import { centrifugoVersion } from '../servers/centrifugo.ts'
import { measureNodes, type NodesRun } from './measure.ts'

const labels: Readonly<Record<string, string>> = {
  'baro in memory': '**Baro**, in memory',
  'baro on redis': '**Baro** on Redis',
  'socket.io, redis adapter': 'socket.io 4.8, Redis adapter',
  'socket.io, streams adapter': 'socket.io 4.8, Redis streams adapter',
  centrifugo: 'Centrifugo on Redis',
}

/** Nodes that talk over Redis, one and two of them. */
export const nodesPart: Part = createPart<NodesRun>({
  name: 'nodes',
  connections: 1_000,
  async measure({ isQuick, rounds }) {
    const plan = { channels: 500, perSecond: 5_000, seconds: isQuick ? 3 : 5, warmupSeconds: 2 }
    const kinds = Object.keys(labels).filter((kind) => kind !== 'centrifugo' || centrifugoVersion() !== undefined)
    const runs: NodesRun[] = []
    // Each takes a dozen seconds, and there are nine.
    for (let round = 0; round < Math.min(rounds, 2); round++)
      for (const kind of kinds)
        for (const nodes of kind === 'baro in memory' ? [1] : [1, 2])
          runs.push(printed(await measureNodes(kind, nodes, plan)))
    return runs
  },
  tell: (runs) => {
    const of = (kind: string, nodes: number, figure: (run: NodesRun) => number): number =>
      median(runs.filter((run) => run.kind === kind && run.nodes === nodes).map(figure))
    const more = of('baro on redis', 1, cpuOfNodes) - of('baro in memory', 1, cpuOfNodes)
    return {
      text: text(runs),
      targets: [
        {
          text: 'CPU of a node for a publication over Redis: at most 10 µs more than in memory, at 5,000 a second in 500 channels',
          seen: `${more.toFixed(1)} µs more`,
          isMet: more <= 10,
        },
      ],
      shortcomings:
        more <= 10
          ? []
          : [
              `A publication over Redis costs a node ${more.toFixed(0)} µs more than one in memory where publishes come one by one: with five in a millisecond most commands to Redis carry one or two of them. Where fifty come in one turn it is about 10 (\`npm run nodes:costs\`).`,
              `Redis spends ${of('baro on redis', 2, ({ redisMicros }) => redisMicros).toFixed(0)} µs on a publication of Baro, which is claimed, kept and told to one node, and ${of('socket.io, redis adapter', 2, ({ redisMicros }) => redisMicros).toFixed(0)} on one that is only passed on by the adapter of Socket.IO.`,
            ],
      notes: [
        'The runs of nodes that are kept were made on a machine that others used (a load of 8 to 10 on two cores): take the latencies as no more than an order, and measure again. All of a run share two cores with Redis and the load generator, so the latencies are those of a busy machine, for all alike. Baro and Centrifugo answer each publish; Socket.IO does not, and keeps nothing with its Redis adapter.',
      ],
    } satisfies Chapter
  },
})

const cpuOfNodes = ({ nodeMicros }: NodesRun): number => nodeMicros.reduce((sum, one) => sum + one, 0)

function text(runs: readonly NodesRun[]): string {
  const rows = unique(runs.map(({ kind, nodes }) => `${nodes} ${kind}`)).map((name) => {
    const same = runs.filter(({ kind, nodes }) => `${nodes} ${kind}` === name)
    const [first] = same
    const figures = (figure: (run: NodesRun) => number, digits = 0) => {
      const all = same.map(figure)
      return `**${median(all).toFixed(digits)}** (${list(all, digits)})`
    }
    return [
      labels[first?.kind ?? ''] ?? '',
      String(first?.nodes),
      figures(({ p50Ms }) => p50Ms, 1),
      figures(({ p99Ms }) => p99Ms, 1),
      figures(cpuOfNodes),
      figures(({ nodeMicros }) => Math.max(...nodeMicros)),
      figures(({ redisMicros }) => redisMicros),
      figures(({ published, heard }) => published - heard),
    ]
  })
  const head = [
    'server',
    'nodes',
    'p50, ms',
    'p99, ms',
    'CPU of all nodes, µs',
    'of the busiest node, µs',
    'of Redis, µs',
    'not heard',
  ]
  return `
## Many nodes

Five hundred channels, each with a client that publishes ten times a second and another one that follows it: with two nodes always on the other one. CPU time is for one publication, which is published by one node and handed to one subscriber by another one, or by the same. Latency is from the publish of the client until the subscriber has it. One node has one core; two have one each.

${table(head, rows)}`
}
