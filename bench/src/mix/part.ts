import { count, table } from '../figures.ts'
import { createPart, type Part } from '../part.ts'
import { printed } from '../runs.ts'
import { type MixRun, measureMix } from './measure.ts'
import type { Spent } from './profile.ts'

const shown = 12

/** What a chat server with everything does with its time: a thousand rooms, tokens, presence, a broker on disk, three in ten without WebSocket. */
export const mixPart: Part = createPart<MixRun>({
  name: 'mix',
  connections: 10_000,
  async measure({ isQuick }) {
    const plan = {
      rooms: isQuick ? 100 : 1_000,
      publishes: isQuick ? 20 : 200,
      comers: isQuick ? 1 : 10,
      seconds: isQuick ? 10 : 60,
    }
    return [printed(await measureMix(plan))]
  },
  tell(runs) {
    const [run] = runs
    if (!run) return { text: '', targets: [], shortcomings: [], notes: [] }
    const share = (ms: number) => `${((100 * ms) / run.cpuMs).toFixed(1)} %`
    const rows = (all: readonly Spent[]) => all.slice(0, shown).map(({ what, ms }) => [what, share(ms)])
    return {
      text: `
## A mix

${count(run.rooms)} rooms of 2 to 50 people, ${count(run.people)} in all, of whom three in ten are on event streams, long polling and polling; each has a token, is a member of their room and sees the others. In a second ${count(run.publishes)} messages are published, ${run.comers} people come, and as many leave. The broker is on disk. In ${run.seconds} seconds ${count(run.published)} were acknowledged and ${count(run.delivered)} delivered; that took ${((run.cpuMs / run.tookMs) * 100).toFixed(0)} % of one core, ${((run.cpuMs * 1_000) / run.published).toFixed(0)} µs for each message with all that goes on beside it, and ${run.memoryMb.toFixed(0)} MB.

Where that time goes, by \`Profiler\` of V8, each function without what it calls. What a function of Node asks of the kernel is in the functions that do it.

${table(['where', 'share'], rows(run.areas))}

${table(['function', 'share'], rows(run.functions))}`,
      targets: [],
      shortcomings: [],
      notes: [],
    }
  },
})
