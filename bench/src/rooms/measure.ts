import { withPair } from '../processes.ts'

/** What a server took for one publication in rooms of some sizes, and for one connection. */
export interface RoomsRun {
  readonly server: string
  readonly rooms: readonly RoomRun[]
  /** Microseconds of server CPU to accept and subscribe one connection, once as many have come and gone. */
  readonly perConnection: number
}

/** What one publication takes in a room of so many members, in microseconds of server CPU. */
export interface RoomRun {
  readonly members: number
  readonly oneAtATime: number
  readonly inFlight: number
}

/** How much is published, and how many connect. */
export interface RoomsPlan {
  readonly sizes: readonly number[]
  /** Publications before the measured ones. */
  readonly warmup: number
  readonly oneAtATime: number
  readonly inFlight: number
  readonly connections: number
}

/** How many publications are under way in the second measurement. */
export const windowSize = 32

/** Begins with the mark that the load generator counts. */
const text = `#${'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(4).slice(0, 127)}`

/** What one room costs, with nothing measured of coming into it. */
export function measureRoom(
  server: string,
  members: number,
  plan: Omit<RoomsPlan, 'sizes' | 'connections'>,
): Promise<RoomsRun> {
  return measureRooms(server, { ...plan, sizes: [members], connections: 0 })
}

/** Measures one server once, in fresh processes: a client of it publishes, and all members of its room get it. */
export function measureRooms(server: string, plan: RoomsPlan): Promise<RoomsRun> {
  return withPair(server, async (pair) => {
    const { port = 0, creditPort = 0 } = pair.server.ready
    const spentOn = async (run: () => Promise<unknown>): Promise<number> => {
      await pair.server.tell({ do: 'start' })
      await run()
      return (await pair.server.tell({ do: 'stop' })).cpuMicros ?? 0
    }
    const connect = (subscribers: number) =>
      pair.load.tell({ do: 'connect', server, port, creditPort, subscribers, note: false })
    const chat = (messages: number, inFlight: number) => pair.load.tell({ do: 'chat', messages, inFlight, text })

    const rooms: RoomRun[] = []
    for (const members of plan.sizes) {
      await connect(members)
      // Compilers finish sooner where more is under way.
      await chat(plan.warmup, windowSize)
      await chat(plan.warmup / 10, 1)
      const oneAtATime = await spentOn(() => chat(plan.oneAtATime, 1))
      await chat(plan.warmup / 10, windowSize)
      const inFlight = await spentOn(() => chat(plan.inFlight, windowSize))
      await pair.load.tell({ do: 'drop' })
      rooms.push({ members, oneAtATime: oneAtATime / plan.oneAtATime, inFlight: inFlight / plan.inFlight })
    }
    if (plan.connections === 0) return { server, rooms, perConnection: 0 }
    await connect(plan.connections)
    await pair.load.tell({ do: 'drop' })
    // What they leave behind is not to count.
    await pair.server.tell({ do: 'weigh' })
    const connecting = await spentOn(() => connect(plan.connections))
    return { server, rooms, perConnection: connecting / plan.connections }
  })
}

/** Bytes of server memory for one channel that holds one publication of so many bytes. */
export function measureChannels(channels: number, bytes: number): Promise<number> {
  return withPair('baro', async ({ server }) => {
    await server.tell({ do: 'fill-channels', channels: 100, bytes })
    const before = await server.tell({ do: 'weigh' })
    await server.tell({ do: 'fill-channels', channels, bytes })
    const after = await server.tell({ do: 'weigh' })
    return ((after.rssBytes ?? 0) - (before.rssBytes ?? 0)) / channels
  })
}
