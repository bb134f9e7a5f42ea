/**
 * The rooms of a package, floor by floor, top to bottom: the one list that says who may import whom. A room imports from
 * the floors below it, and knows nothing of those above it or beside it. `tests/house/floors.test.ts` holds it, and
 * ARCHITECTURE.md shows it.
 */
import { posix } from 'node:path'
import { importsOf } from './import-statements.ts'
import { isTest, readSource, type SourceFile } from './source-files.ts'

/** One idea of the house: a folder, or what is drawn together. */
export interface Room {
  readonly name: string
  /** Folders of the package's `src`; `.` is what lies there loose. */
  readonly folders: readonly string[]
  /** What it is for, in one line. */
  readonly what: string
}

/** The rooms of one package; those of one floor do not know each other. */
export interface House {
  readonly package: string
  readonly floors: readonly (readonly Room[])[]
}

const room = (name: string, what: string): Room => ({ name, folders: [name], what })

const server: House = {
  package: 'server',
  floors: [
    [room('doors', 'what may be imported: `index` by applications, `parts` by who builds on a hub')],
    [room('hub', 'the parts put together; which request goes where; listening')],
    [
      room('inspection', 'what somebody sees who looks into the node: sessions, journals, states, frames'),
      room('participant', '`hub.open`: a session in this process'),
      room('transports/channel-url', 'one channel, one URL: GET, POST, event stream, plain WebSocket'),
      room('transports/sdk', 'the SDK without WebSocket: one POST'),
      room(
        'transports/server',
        'programs with a server key: publishes to several channels, and pages to render anew, in one POST',
      ),
    ],
    [
      room('page-cache', 'pages that are kept, and whether they are current; their renders; their answers'),
      room('session', 'the SDK’s protocol on a link; the sessions of this node'),
      room('transports/websocket', 'WebSocket: upgrade, frames, compression'),
    ],
    [
      room('delegate', 'the one way to follow, publish, signal and ask for somebody'),
      room('polling', 'foreign data: asked for once for all nodes, published on a change'),
      room('transports/http', 'answers, event streams, CORS, who sends a request'),
    ],
    [
      room('publish', 'publish once: order, claims, handlers, append'),
      room('presence', 'who is here: the members that this node holds, as all nodes are told'),
    ],
    [room('stream', 'a node’s reader of a channel (feed), and everybody’s (reader); states and snapshots')],
    [
      room('access', 'who may: auth, rules, origins, allowances'),
      room('delivery/encode', 'each message as JSON, in one place'),
    ],
    [
      room('channel', 'definitions, their handlers and hooks'),
      room('delivery', 'when and how bytes leave: ticks, outboxes, live groups'),
      room('memory-broker', 'the broker of a single node'),
    ],
    [
      room('observe', 'what happened: counters, events, the journal that answers why, the log'),
      room('ports', 'contracts: socket, limits'),
      room('system', 'the machine’s clock'),
    ],
  ],
}

const disk: House = {
  package: 'disk',
  floors: [
    [room('doors', 'what may be imported: see the exports of the package')],
    [
      {
        name: 'broker',
        folders: ['.'],
        what: 'the port, over a ledger of channels and claims; the lock, the room, the second try (the files in `src`)',
      },
    ],
    [
      room('channel', 'what a step does with one channel, and how it is kept'),
      room('shelf', 'keys and values that outlive the process: the journal, then the store'),
    ],
    [room('journal', 'files that only grow: steps, each whole or not there')],
    [room('damage', 'what is not there any more, or is not what was kept')],
  ],
}

const redis: House = {
  package: 'redis',
  floors: [
    [room('doors', 'what may be imported: see the exports of the package')],
    [
      {
        name: 'broker',
        folders: ['.'],
        what: 'the port, over scripts; the life of what is kept, who hears what, whose room a claim takes (the files in `src`)',
      },
      room('pages', 'the store of pages: copies near by, and marks'),
    ],
    [room('link', 'connections to one server or a cluster, which may be refused; what waits while they are away')],
    [room('scripts', 'what happens in Redis, whole or not at all, in Lua')],
  ],
}

const core: House = {
  package: 'core',
  floors: [
    [room('doors', 'what may be imported: see the exports of the package')],
    [
      room('wire', 'messages, one file each'),
      room('broker-parts', 'what every broker does the same way: claims and turns, whom to tell'),
      room('system', 'the machine’s clock and chance'),
    ],
    [
      {
        name: 'idea',
        folders: ['.', 'ports'],
        what: 'channel, position, recovery, fold; contracts of broker and clock (the files in `src`, and `ports`)',
      },
    ],
  ],
}

const client: House = {
  package: 'client',
  floors: [
    [room('doors', 'what may be imported: see the exports of the package')],
    [room('members', 'who is in a channel, and to be in it: made of two subscriptions')],
    [room('client', '`createClient`: the parts put together')],
    [room('subscription', 'one channel as a page follows it: where it stands, what it shows, how it became live')],
    [
      room('outbox', 'publishes and requests until they are answered; turns'),
      room('tabs', 'one link for all tabs of a browser'),
      room('ladder', 'which transport the next link takes'),
    ],
    [
      room('connection', 'the one link to the hub: open, lost, tried again; the status'),
      room('transports', 'WebSocket; SSE, long polling and polling over HTTP'),
    ],
    [room('page', 'what a browser’s page tells, remembers, and can do: wake, sleep, rung memory, reload')],
    [
      room('changes', 'what has changed, and who is told'),
      room('machine', 'runs a machine: one event after the other, its times, its waits'),
      room('ports', 'the contract of a transport'),
    ],
  ],
}

/** Every house that is drawn. */
export const houses: readonly House[] = [server, disk, redis, client, core]

/** The room above all others: the files that `exports` of a package name. */
const doors = 'doors'

/** Every import that climbs, or goes to a room beside; one sentence each. Types count: who names a thing depends on it. */
export function climbs(house: House, files: readonly SourceFile[]): readonly string[] {
  return files
    .filter(({ path }) => path.startsWith(sourceOf(house)) && !isTest(path))
    .flatMap((file) => [...homeless(house, file), ...climbsOf(house, file)])
}

/** The house as a table, top floor first. */
export function drawn({ floors }: House): string {
  const rows = floors.flatMap((rooms, index) =>
    rooms.map(({ name, what }, first) => `| ${first === 0 ? floors.length - index : ''} | \`${name}\` | ${what} |`),
  )
  return ['| floor | room | what for |', '|---|---|---|', ...rows].join('\n')
}

/** Where the sources of a house are. */
export function sourceOf(house: House): string {
  return `packages/${house.package}/src/`
}

/** The floor of a room, from the top. */
export function floorOf({ floors }: House, { name }: Room): number {
  return floors.findIndex((rooms) => rooms.some((one) => one.name === name))
}

function climbsOf(house: House, { path, text }: SourceFile): readonly string[] {
  const from = roomOf(house, path)
  if (!from) return []
  return importsOf(text).flatMap(({ specifier }) => {
    const to = specifier.startsWith('.') ? roomOf(house, posix.join(posix.dirname(path), specifier)) : undefined
    if (!to || to === from || floorOf(house, from) < floorOf(house, to)) return []
    const how = floorOf(house, from) === floorOf(house, to) ? 'beside it' : 'above it'
    return [`${path} imports ${specifier}: the room "${to.name}" is ${how}, not below`]
  })
}

function homeless(house: House, { path }: SourceFile): readonly string[] {
  return roomOf(house, path) ? [] : [`${path} is in no room. Put its folder on a floor of tests/house/floors.ts.`]
}

function roomOf(house: House, path: string): Room | undefined {
  if (!path.startsWith(sourceOf(house))) return undefined
  const rooms = house.floors.flat()
  if (doorsOf(house).includes(path)) return rooms.find(({ name }) => name === doors)
  const folder = posix.dirname(path.slice(sourceOf(house).length))
  return rooms.find(({ name, folders }) => name !== doors && folders.includes(folder))
}

/** The files that a package shows. */
function doorsOf(house: House): readonly string[] {
  const manifest = JSON.parse(readSource(`packages/${house.package}/package.json`)) as {
    exports: Record<string, { 'baro-source': string; development?: string }>
  }
  return Object.values(manifest.exports).flatMap(({ 'baro-source': source, development }) =>
    [source, ...(development ? [development.replace(/dist(.*)js$/, 'src$1ts')] : [])].map((path) =>
      posix.join('packages', house.package, path),
    ),
  )
}
