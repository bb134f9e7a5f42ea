import { atMost } from '../fanout/costs.ts'
import { count, list, table } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { measureRoom, type RoomsRun, windowSize } from '../rooms/measure.ts'
import { interleave, median, printed } from '../runs.ts'
import { type ChangesRun, measureChanges, statementsInFlight } from './measure.ts'

const [members, messages] = [1_000, 300]
const [connections, filters] = [100, 10_000]
/** A quarter of what is kept of a table by default. */
const quietChanges = 2_500

const rooms: Readonly<Record<string, string>> = {
  'baro room': '**Baro**, the SDK',
  'supabase room': '**Baro**, `mount` of `@baro/supabase`',
}

const changes: Readonly<Record<string, string>> = {
  'baro rows': '**Baro**, the SDK',
  'supabase rows': '**Baro**, `mount` of `@baro/supabase`',
}

type Run = RoomsRun | ChangesRun

/** Clients of Supabase Realtime beside the SDK on the same hub: broadcasts, and changes of rows. */
export const supabasePart: Part = createPart<Run>({
  name: 'supabase',
  connections: members,
  async measure({ isQuick, rounds }) {
    const share = isQuick ? 0.1 : 1
    const plan = { warmup: messages * share, oneAtATime: messages * share, inFlight: 2 * messages * share }
    const told = await interleave(Math.min(3, rounds), Object.keys(rooms), async (server) =>
      printed(await measureRoom(server, members, plan)),
    )
    const changed = await interleave(Math.min(3, rounds), Object.keys(changes), async (server) =>
      printed(await measureChanges(server, connections, filters, 300 * share)),
    )
    return [...told, ...changed]
  },
  tell,
})

type Figures = (kind: 'oneAtATime' | 'inFlight') => readonly number[]

function tell(runs: readonly Run[]): Chapter {
  const ofRoom =
    (server: string): Figures =>
    (kind) =>
      runs.flatMap((run) =>
        run.server === server && 'rooms' in run ? run.rooms.map((room) => room[kind] / members) : [],
      )
  const ofChanges =
    (server: string): Figures =>
    (kind) =>
      runs.flatMap((run) => (run.server === server && 'filters' in run ? [run[kind]] : []))
  const lines = (labels: Readonly<Record<string, string>>, of: (server: string) => Figures, underWay: number): string =>
    table(
      ['client', 'one at a time, µs', 'all runs', `${underWay} in flight, µs`, 'all runs'],
      Object.entries(labels).map(([server, label]) => [
        label,
        ...(['oneAtATime', 'inFlight'] as const).flatMap((kind) => {
          const all = of(server)(kind)
          return [median(all).toFixed(2), list(all, 2)]
        }),
      ]),
    )
  const times = (
    of: (server: string) => Figures,
    [own = '', theirs = '']: readonly string[],
    kind: 'oneAtATime' | 'inFlight',
  ) => median(of(theirs)(kind)) / median(of(own)(kind))
  return {
    text: `
## Supabase Realtime, on a hub

Microseconds of server CPU for one delivery, to clients of Supabase Realtime (serializer 2.0.0) and to the SDK, on the same hub.

**Broadcast of 128 bytes** from a client to ${count(members)} in its room.

${lines(rooms, ofRoom, windowSize)}

**\`postgres_changes\`** with ${count(filters)} filters, each of one row (\`id=eq.7\`), of ${count(connections)} connections. A statement changes one row of each connection. What the hub reads of the log and how it finds the filters is in it; PostgreSQL is not.

${lines(changes, ofChanges, statementsInFlight)}`,
    targets: [
      atMost(
        `Supabase Realtime on a hub, a broadcast to ${count(members)}, one at a time: at most 1.1 times the CPU of the SDK`,
        times(ofRoom, Object.keys(rooms), 'oneAtATime'),
        'times',
        1.1,
      ),
      atMost(
        `Supabase Realtime on a hub, a change among ${count(filters)} filters, ${statementsInFlight} in flight: at most 1.5 times the CPU of the SDK`,
        times(ofChanges, Object.keys(changes), 'inFlight'),
        'times',
        1.5,
      ),
    ],
    shortcomings: [],
    notes: [
      'Supabase itself is not measured: its server needs Elixir, and a database of its own.',
      `So that nobody who is cut off stands before what is kept, each filter is told once in ${count(quietChanges)} changes of the table where it stands. With ${count(filters)} filters that is ${filters / quietChanges} messages without a row for each change, which is in the figures; a client of Supabase does not get them.`,
    ],
  }
}
