import { count, list, table } from '../figures.ts'
import { type Chapter, createPart, type Part, type Target } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import {
  type Asking,
  buildApp,
  measureMemory,
  measurePage,
  type PageServer,
  type PagesMemoryRun,
  type PagesRun,
} from './measure.ts'

const labels: Readonly<Record<PageServer, string>> = {
  buffer: 'a handler that writes one Buffer, the floor',
  hub: '**Baro**, `hub.pages`',
  next: '`next start`, its own cache',
  'next-front': '**Baro**, in front of Next',
}
const servers = Object.keys(labels) as readonly PageServer[]
const askings: Readonly<Record<Asking, string>> = { plain: '200', gzip: '200, gzip', 'not-modified': '304' }

const cases = servers.flatMap((server) =>
  (Object.keys(askings) as readonly Asking[]).map((asking) => ({ server, asking })),
)

/** What a cached page costs, beside Next and a plain Buffer, and what ten thousand of them take. */
export const pagesPart: Part = createPart<PagesRun | PagesMemoryRun>({
  name: 'pages',
  connections: 32,
  async measure({ isQuick, rounds }) {
    buildApp()
    const runs = await interleave(Math.min(rounds, 5), cases, async ({ server, asking }) => {
      // Some seconds of CPU for each: in one second the same server came to half as many, or to twice (*measured*).
      const requests = (server === 'next' ? 4_000 : 64_000) / (isQuick ? 8 : 1)
      return printed(await measurePage(server, asking, requests))
    })
    return [...runs, printed(await measureMemory())]
  },
  tell(runs) {
    const requests = runs.filter((run) => run.asking !== 'memory')
    const memory = runs.filter((run) => run.asking === 'memory')
    const rate = (server: PageServer, asking: Asking) => median(ratesOf(requests, server, asking))
    const targets = (Object.keys(askings) as readonly Asking[]).flatMap((asking): readonly Target[] => {
      const overNext = rate('next-front', asking) / rate('next', asking)
      const ofFloor = rate('buffer', asking) / rate('hub', asking)
      const inFront = rate('buffer', asking) / rate('next-front', asking)
      return [
        {
          text: `a cached page in front of Next, ${askings[asking]}: at least 15 times \`next start\``,
          seen: `${overNext.toFixed(1)} times`,
          isMet: overNext >= 15,
        },
        {
          text: `and at most 1.5 times the CPU of a handler that writes one Buffer`,
          seen: `${inFront.toFixed(2)} times`,
          isMet: inFront <= 1.5,
        },
        {
          text: `a cached page of \`hub.pages\`, ${askings[asking]}: at most 1.5 times that CPU`,
          seen: `${ofFloor.toFixed(2)} times`,
          isMet: ofFloor <= 1.5,
        },
      ]
    })
    const isWhole = (status: number | undefined) => status === 200
    const nextSaysAll = isWhole(
      requests.find(({ server, asking }) => server === 'next' && asking === 'not-modified')?.status,
    )
    return {
      text: text(requests, memory),
      targets,
      shortcomings: targets.some(({ isMet }) => !isMet)
        ? [
            'A kept page costs more than 1.5 times a plain Buffer. In front of Next about a tenth of the CPU of an answer is ours, by `node --cpu-prof`: the key, the verdict, the headers of the moment. Half is the write to the socket; the rest is Node’s HTTP, what Next has put into its process, and the garbage of both.',
          ]
        : [],
      notes: nextSaysAll
        ? ['`next start` answered 200 with the whole page where its tag was named; the others answered 304.']
        : [],
    } satisfies Chapter
  },
})

function ratesOf(runs: readonly PagesRun[], server: PageServer, asking: Asking): readonly number[] {
  return runs
    .filter((run) => run.server === server && run.asking === asking)
    .map(({ requestsPerCpuSecond }) => requestsPerCpuSecond)
}

function text(runs: readonly PagesRun[], memory: readonly PagesMemoryRun[]): string {
  const rows = servers.map((server) => [
    labels[server],
    ...(Object.keys(askings) as readonly Asking[]).flatMap((asking) => {
      const rates = ratesOf(runs, server, asking)
      const { bytes = 0 } = runs.find((run) => run.server === server && run.asking === asking) ?? {}
      return [count(Math.round(median(rates))), list(rates, 0), count(bytes)]
    }),
  ])
  const head = ['server', ...Object.values(askings).flatMap((asking) => [asking, 'all runs', 'bytes'])]
  const kilobytes = memory.map(({ kilobytesPerPage }) => kilobytesPerPage)
  const [{ pageBytes = 0 } = {}] = memory
  return `
## A cached page

Requests for each second of CPU of the server, user and system, over 32 connections that stay open. The page of the first two servers has ${count(pageBytes)} bytes; that of Next is made by Next, from one build. The page shows a channel, and is judged by its position at each request.

${table(head, rows)}

10,000 kept pages of ${count(pageBytes)} bytes take ${median(kilobytes).toFixed(1)} kB of resident memory each, with their compressed forms.`
}
