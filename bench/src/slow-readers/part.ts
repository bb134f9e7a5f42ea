import { defaultLimits } from '@baro/server'
import { count, list, table } from '../figures.ts'
import { type Chapter, createPart, type Part, type Target } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { measureSlowReaders, type SlowReadersRun } from './measure.ts'

/** What one rung may let wait for one reader, in bytes that have not left the process (PROTOCOL.md, "Slow readers"). */
interface Rung {
  readonly label: string
  readonly boundBytes: number
  readonly boundText: string
}

const { maxOutboxBytes, catchUpBytes } = defaultLimits
const stream = { boundBytes: maxOutboxBytes + catchUpBytes, boundText: '`maxOutboxBytes` + `catchUpBytes`' }
const answer = { boundBytes: catchUpBytes, boundText: 'one answer: `catchUpBytes`' }

const rungs: Readonly<Record<string, Rung>> = {
  baro: { label: 'WebSocket (SDK)', ...stream },
  'baro stream': { label: 'event stream', ...stream },
  'baro long poll': { label: 'long polling', ...answer },
  'baro poll': { label: 'polling', ...answer },
}

/** What readers that never read do to the server, and to the healthy ones beside them. */
export const slowReadersPart: Part = createPart<SlowReadersRun>({
  name: 'slow-readers',
  connections: 1_050,
  measure({ rounds }) {
    // 10 MB in ten seconds, which a server could bear if all of them read. How many do not is the point: a quick run has
    // them all too.
    const plan = { slow: 1_000, healthy: 50, publications: 500, publicationBytes: 20_000, intervalMs: 20 }
    return interleave(rounds, Object.keys(rungs), async (server) => printed(await measureSlowReaders(server, plan)))
  },
  tell,
})

function tell(runs: readonly SlowReadersRun[]): Chapter {
  const [first] = runs
  if (!first) return { text: '', targets: [], shortcomings: [], notes: [] }
  const present = Object.entries(rungs).flatMap(([server, rung]) => {
    const own = runs.filter((run) => run.server === server)
    return own.length === 0 ? [] : [{ ...rung, runs: own }]
  })
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)
  const all = (own: readonly SlowReadersRun[], figure: (run: SlowReadersRun) => number): readonly number[] =>
    own.map(figure)
  const memory = present.map(({ label, boundBytes, boundText, runs: own }) => {
    const kept = all(own, (run) => run.keptBytes / 1e6)
    const peak = all(own, (run) => run.peakBytes / 1e6)
    const bound = `${megabytes(boundBytes * first.slow)} (${boundText})`
    return [label, median(kept).toFixed(0), list(kept, 0), median(peak).toFixed(0), list(peak, 0), bound]
  })
  const latency = present.map(({ label, runs: own }) => {
    const alone = all(own, (run) => run.p99AloneMs)
    const beside = all(own, (run) => run.p99BesideMs)
    const full = all(own, (run) => run.p99FullMs)
    const times = (values: readonly number[]): string => (median(values) / median(alone)).toFixed(2)
    const cells = [alone, beside, full].flatMap((values) => [median(values).toFixed(1), list(values, 1)])
    return [label, ...cells.slice(0, 4), times(beside), ...cells.slice(4), times(full)]
  })
  const targets = present.flatMap(({ label, boundBytes, runs: own }): readonly Target[] => {
    const kept = median(all(own, (run) => run.keptBytes)) / 1e6
    const bound = (boundBytes * first.slow) / 1e6
    const times = median(all(own, (run) => run.p99BesideMs)) / median(all(own, (run) => run.p99AloneMs))
    return [
      {
        text: `${count(first.slow)} readers that never read, ${label}: at most ${bound.toFixed(0)} MB`,
        seen: `${kept.toFixed(0)} MB`,
        isMet: kept <= bound,
      },
      {
        text: `healthy readers beside them, ${label}: p99 at most 2 times what it is alone`,
        seen: `${times.toFixed(2)} times`,
        isMet: times <= 2,
      },
    ]
  })
  return {
    text: `
## Slow readers

${count(first.slow)} readers connect, ask, and never read from their socket, while the channel gets ${megabytes(first.publications * first.publicationBytes)} MB (${count(first.publications)} publications of ${count(first.publicationBytes)} bytes, 50 in a second). Half of them ask from a position 2 MB back, and are answered at once with what they missed; the others stand at the head. Beside them, ${first.healthy} readers of the same kind read, as they did before.

Resident memory of the server with the slow readers minus without them, in MB; *kept* after collecting garbage, *peak* at the highest moment, garbage included. The bound is what may wait outside the kernel for so many readers; their connections come on top.

${table(['rung', 'kept', 'all runs', 'peak', 'all runs', 'bound'], memory)}

Milliseconds until a publication has reached a healthy reader, 99th percentile: *alone* before the slow ones came, *beside* them over all publications, and over the *second half*, when all their sockets are full. A poller asks 50 ms after its last answer.

${table(['rung', 'alone', 'all runs', 'beside', 'all runs', '× alone', 'second half', 'all runs', '× alone'], latency)}`,
    targets,
    shortcomings: [],
    notes: [
      'Slow readers connect over a Unix socket, whose queue in the kernel has a fixed length of about 200 kB. Over loopback TCP the kernel takes 2 MB for each of them first, and a thousand of them exhaust the TCP memory of a machine as it comes, which hits every socket there is. A slow poller asks again twice a second, without having read the answer before.',
      'Nobody is known to be slow before a socket is full, which takes 3 in 100 of the publications here; so the 99th percentile of *beside* is of the time in which each is written to a thousand readers more. *Second half* shows what slow readers cost once they are known.',
      'A publication is ordered, and its time begins, in the process of the load generator, so that a server which is late cannot hide it.',
      'Healthy readers have had 8 MB each before the slow ones come, more than a kernel keeps for a socket that nobody reads from, so they are known to read and are written first. Among readers that all come at once, nobody is known to: there a healthy one stands behind slow ones until it has had 4 MiB.',
    ],
  }
}
