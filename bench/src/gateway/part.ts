import { atMost } from '../fanout/costs.ts'
import { count, list, table, unique } from '../figures.ts'
import { type Chapter, createPart, type Part } from '../part.ts'
import { measureRoom, type RoomRun, type RoomsRun, windowSize } from '../rooms/measure.ts'
import { interleave, median, printed } from '../runs.ts'

/** How a server is called on the page. */
const labels: Readonly<Record<string, string>> = {
  'socket.io room': 'socket.io 4.8',
  'socket.io room with recovery': 'socket.io 4.8, with its recovery',
  'socket.io room on a hub': '**Baro**, `mount` of `@baro/socket.io`',
}

/** Publications in a room of two. Larger rooms get fewer, so that as much is delivered. */
const messages = 5_000

type Figure = (room: RoomRun) => number
const oneAtATime: Figure = (room) => room.oneAtATime
const inFlight: Figure = (room) => room.inFlight
const both: readonly Figure[] = [oneAtATime, inFlight]

/** The same server code of Socket.IO, with its own rooms, and with a room that is a channel. */
export const gatewayPart: Part = createPart<RoomsRun>({
  name: 'gateway',
  connections: 1_000,
  async measure({ isQuick, rounds }) {
    const subjects = [2, 10, 1_000].flatMap((members) => Object.keys(labels).map((server) => ({ server, members })))
    return interleave(rounds, subjects, async ({ server, members }) => {
      const share = (isQuick ? 0.1 : 1) * Math.min(1, 20 / members)
      const so = (many: number) => Math.max(100, Math.round(many * share))
      const plan = { warmup: so(messages), oneAtATime: so(messages), inFlight: so(2 * messages) }
      return printed(await measureRoom(server, members, plan))
    })
  },
  tell,
})

function tell(runs: readonly RoomsRun[]): Chapter {
  const sizes = unique(runs.flatMap(({ rooms }) => rooms.map(({ members }) => members)))
  const figures = (server: string, size: number, figure: Figure): readonly number[] =>
    runs
      .filter((run) => run.server === server)
      .flatMap(({ rooms }) => rooms.filter(({ members }) => members === size).map((room) => figure(room) / size))
  const of = (server: string, size: number, figure: Figure): number => median(figures(server, size, figure))
  const roomTable = (size: number): string =>
    `**${count(size)} members**\n\n${table(
      ['server', 'one at a time, µs', 'all runs', `${windowSize} in flight, µs`, 'all runs'],
      Object.keys(labels).map((server) => [
        labels[server] ?? server,
        ...both.flatMap((figure) => [of(server, size, figure).toFixed(2), list(figures(server, size, figure), 2)]),
      ]),
    )}`
  return {
    text: `
## Socket.IO, with rooms that are channels

Microseconds of server CPU for one delivery of a message of 128 bytes, from a client of Socket.IO to all in its room, over WebSocket. The code of the server is the same: \`socket.on('tick', (text) => io.to('bench').emit('tick', text))\`.

${sizes.map(roomTable).join('\n\n')}`,
    targets: sizes.flatMap((size) =>
      both.map((figure, index) =>
        atMost(
          `Socket.IO on a hub, a room of ${count(size)}, ${index === 0 ? 'one at a time' : `${windowSize} in flight`}: at most 1.1 times the CPU of socket.io`,
          of('socket.io room on a hub', size, figure) / of('socket.io room', size, figure),
          'times',
          1.1,
        ),
      ),
    ),
    shortcomings: sizes
      .filter((size) => of('socket.io room on a hub', size, oneAtATime) > 1.1 * of('socket.io room', size, oneAtATime))
      .map(
        (size) =>
          `A message of Socket.IO that comes alone into a room of ${count(size)} on a hub takes ${(size * of('socket.io room on a hub', size, oneAtATime)).toFixed(0)} µs, without a hub ${(size * of('socket.io room', size, oneAtATime)).toFixed(0)}: what a publication and a tick cost by themselves is shared by few.`,
      ),
    notes: ['On a hub each message is checked by a schema, numbered and kept, and can be recovered from exactly.'],
  }
}
