import { atMost } from '../fanout/costs.ts'
import { list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { interleave, median, printed } from '../runs.ts'
import { centrifugoVersion } from '../servers/centrifugo.ts'
import { measureChannels, measureRooms, type RoomRun, type RoomsRun, windowSize } from './measure.ts'

/** How a server is called on the page. */
const labels: Readonly<Record<string, string>> = {
  'net room': 'bare `net`, the floor',
  'ws room': '`ws`, `send` in a loop',
  'socket.io room': 'socket.io 4.8',
  centrifugo: 'Centrifugo',
  'baro room': '**Baro**, the SDK',
  'baro plain room': '**Baro**, plain WebSocket',
  'baro room without zod': '**Baro**, the SDK, a schema that checks nothing',
}

/** What is measured: rooms, or channels that hold something. */
type Run = RoomsRun | { readonly bytesPerChannel: number; readonly channels: number; readonly payloadBytes: number }

type Figure = (room: RoomRun) => number
const oneAtATime: Figure = (room) => room.oneAtATime
const inFlight: Figure = (room) => room.inFlight

/** Rooms of two and of ten, what it costs to come into one, and what many quiet channels keep. */
export const roomsPart: Part = createPart<Run>({
  name: 'rooms',
  connections: 5_000,
  async measure({ isQuick, rounds }) {
    const share = isQuick ? 0.1 : 1
    const plan = {
      sizes: [2, 10],
      warmup: 20_000 * share,
      oneAtATime: 10_000 * share,
      inFlight: 40_000 * share,
      connections: 5_000 * share,
    }
    const servers = Object.keys(labels).filter((server) => server !== 'centrifugo' || centrifugoVersion() !== undefined)
    const rooms = await interleave(rounds, servers, async (server) => printed(await measureRooms(server, plan)))
    const [channels, payloadBytes] = [100_000 * share, 1_000]
    const kept = await interleave(isQuick ? 1 : 3, [channels], async () =>
      printed({ channels, payloadBytes, bytesPerChannel: await measureChannels(channels, payloadBytes) }),
    )
    return [...rooms, ...kept]
  },
  tell,
})

function tell(all: readonly Run[]): Chapter {
  const runs = all.filter((run): run is RoomsRun => 'rooms' in run)
  const kept = all.flatMap((run) => ('rooms' in run ? [] : [run]))
  const sizes = unique(runs.flatMap(({ rooms }) => rooms.map(({ members }) => members)))
  const figures = (server: string, size: number, figure: Figure): readonly number[] =>
    runs
      .filter((run) => run.server === server)
      .flatMap(({ rooms }) => rooms.filter(({ members }) => members === size).map(figure))
  const of = (server: string, size: number, figure: Figure): number => median(figures(server, size, figure))
  const connecting = (server: string): readonly number[] =>
    runs.filter((run) => run.server === server).map(({ perConnection }) => perConnection)
  const servers = unique(runs.map(({ server }) => server))
  const hasCentrifugo = servers.includes('centrifugo')
  const bytes = median(kept.map(({ bytesPerChannel }) => bytesPerChannel))
  const [first = { channels: 0, payloadBytes: 0 }] = kept

  const roomTable = (size: number): string =>
    `**${size} members**\n\n${table(
      ['server', 'one at a time, µs', 'all runs', `${windowSize} in flight, µs`, 'all runs'],
      servers.map((server) => [
        labels[server] ?? server,
        ...[oneAtATime, inFlight].flatMap((figure) => [
          of(server, size, figure).toFixed(1),
          list(figures(server, size, figure), 1),
        ]),
      ]),
    )}`
  const connectTable = table(
    ['server', 'µs to connect and subscribe', '× `ws`', 'all runs'],
    servers.map((server) => [
      labels[server] ?? server,
      median(connecting(server)).toFixed(0),
      (median(connecting(server)) / median(connecting('ws room'))).toFixed(2),
      list(connecting(server), 0),
    ]),
  )
  const ratio = (other: string, size: number, figure: Figure): number =>
    of('baro room', size, figure) / of(other, size, figure)
  return {
    text: `
## Small rooms

Microseconds of server CPU for one publication of 128 bytes that a member of the room publishes, over the protocol of that server, and all members get, itself too. *One at a time*: it publishes the next when everybody has the one before. *${windowSize} in flight*: so many are under way at any moment. ${hasCentrifugo ? '' : 'Centrifugo was not run: there is none in the PATH. '}In the SDK's protocol each publish has a turn, is answered, and happens once (I5); a plain WebSocket publishes without an id, and gets no answer.

${sizes.map(roomTable).join('\n\n')}

### Coming into a room

CPU to accept and subscribe one connection, once as many have come and gone.

${connectTable}

### Quiet channels

${first.channels.toLocaleString('en')} channels that hold one publication of ${first.payloadBytes.toLocaleString('en')} bytes each take ${((bytes * first.channels) / 1e6).toFixed(0)} MB of resident memory, ${(bytes / 1_000).toFixed(2)} kB each: ${list(
      kept.map(({ bytesPerChannel }) => bytesPerChannel / 1_000),
      2,
    )}.`,
    targets: [
      ...sizes.flatMap((size) =>
        ([oneAtATime, inFlight] as const).map((figure) =>
          atMost(
            `a room of ${size}, ${figure === oneAtATime ? 'one at a time' : `${windowSize} in flight`}: at most the CPU of socket.io`,
            ratio('socket.io room', size, figure),
            'times',
            1,
          ),
        ),
      ),
      ...sizes
        .filter(() => hasCentrifugo)
        .map((size) =>
          atMost(
            `a room of ${size}, ${windowSize} in flight: at most 1.2 times the CPU of Centrifugo`,
            ratio('centrifugo', size, inFlight),
            'times',
            1.2,
          ),
        ),
      atMost(
        'connecting and subscribing: at most 1.55 times `ws`',
        median(connecting('baro room')) / median(connecting('ws room')),
        'times',
        1.55,
      ),
    ],
    shortcomings: [
      ...sizes
        .filter((size) => ratio('socket.io room', size, oneAtATime) > 1)
        .map(
          (size) =>
            `A publication that comes alone into a room of ${size} takes ${of('baro room', size, oneAtATime).toFixed(0)} µs, with Socket.IO ${of('socket.io room', size, oneAtATime).toFixed(0)}. With ${windowSize} in flight it takes ${of('baro room', size, inFlight).toFixed(0)}, so most of that is what a tick costs by itself, in code that has gone cold.`,
        ),
      `To come into a room takes ${median(connecting('baro room')).toFixed(0)} µs, with \`ws\` ${median(connecting('ws room')).toFixed(0)}, once as many have come and gone.`,
    ],
    notes: [
      'In small rooms `net` cuts the frames of its clients and writes each to each socket. Centrifugo runs as it comes, on one core, and keeps no history; its CPU time is what the kernel has counted for all of its threads.',
    ],
  }
}
