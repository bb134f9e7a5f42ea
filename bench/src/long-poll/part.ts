import { count, list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { hasNchan } from '../servers/nchan.ts'
import { type LongPollRun, measureLongPoll, measurePoll } from './measure.ts'

const peer = 'nchan'
const labels: Readonly<Record<string, string>> = {
  [peer]: 'nginx with nchan',
  'baro long poll': '**Baro**, `?after=POSITION&wait=25`',
}
const polling = 'baro poll'

/** What a delivery by long polling costs. */
export const longPollPart: Part = createPart<LongPollRun>({
  name: 'long-poll',
  connections: 1_000,
  measure({ isQuick, rounds }) {
    const plan = { readers: 1_000, warmup: isQuick ? 20 : 50, messages: isQuick ? 30 : 100 }
    const servers = Object.keys(labels).filter((server) => server !== peer || hasNchan())
    return interleave(rounds, [...servers, polling], async (server) =>
      printed(
        server === polling
          ? await measurePoll(server, plan.readers, isQuick ? 500 : 3_000)
          : await measureLongPoll(server, plan),
      ),
    )
  },
  tell,
})

function tell(runs: readonly LongPollRun[]): Chapter {
  const all = (server: string): readonly number[] =>
    runs.filter((run) => run.server === server).map(({ perDelivery }) => perDelivery)
  const readers = unique(runs.map((run) => run.readers))
    .map(count)
    .join(', ')
  const ratio = median(all('baro long poll')) / median(all(peer))
  const isCompared = all(peer).length > 0
  const rows = Object.entries(labels).map(([server, label]) => {
    const values = all(server)
    if (values.length === 0) return [label, 'not run', '', '']
    const times = isCompared ? (median(values) / median(all(peer))).toFixed(2) : ''
    return [label, median(values).toFixed(1), times, list(values, 1)]
  })
  return {
    text: `
## Long polling

Microseconds of server CPU for one message of 128 bytes to reach one of ${readers} readers, each of which asks again right after its answer: one delivery is one request and one response. One message at a time.

${table(['server', 'µs for each delivery', '× nchan', 'all runs'], rows)}

A question that finds nothing new (\`?after=POSITION\`, polling) costs ${median(all(polling)).toFixed(1)} µs: ${list(all(polling), 1)}.
${isCompared ? '' : '\nnginx with nchan was not installed: `apt-get install nginx-light libnginx-mod-nchan` (Debian, Ubuntu), then measure this part again.\n'}`,
    targets: [],
    shortcomings: isCompared
      ? [
          `A delivery by long polling costs ${ratio.toFixed(1)} times what it costs nginx with nchan: a request and a response through \`node:http\` against those of a server in C.`,
        ]
      : [],
    notes: [
      "nginx runs as one process with nchan's memory store, is published to over HTTP on one kept connection, and its readers continue by `If-Modified-Since` and `If-None-Match`, as its documentation says.",
    ],
  }
}
