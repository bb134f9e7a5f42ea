import type { MessageFault } from '../network/lane.ts'
import type { Direction } from '../network/network-link.ts'
import { createSeededRandomness, type SeededRandomness } from '../seeded-randomness.ts'
import { type BadKind, badKinds } from './bad-messages.ts'
import type { StumbleKind } from './broker-link.ts'
import { type LosesBy, roomIds } from './channels.ts'
import type { ClaimedBy } from './ledger.ts'

/** Which page a client gets: rendered now, built without a hub, or one that a cache kept (0 the oldest, 1 the newest). */
export type PageChoice = 'fresh' | 'built' | number

/** What is to be taken back: a note; one that history has trimmed; what never was, or is of the other room; a notice. */
export type RedactWhat = 'note' | 'trimmed' | 'unknown' | 'of another room' | 'notice'

/** Once; on both nodes at once; again at once; by a node that dies meanwhile, or is not told of it, and asks again; while pages come back. */
export type RedactHow = 'once' | 'unconfirmed' | 'on both nodes' | 'twice' | 'dying' | 'while pages come back'

/** One thing that happens. */
export type Action =
  | {
      readonly do: 'publish'
      readonly client: number
      readonly room: string
      readonly bytes: number
      readonly claimedBy: ClaimedBy
    }
  | { readonly do: 'publish-many'; readonly client: number; readonly room: string; readonly count: number }
  | { readonly do: 'say-bad'; readonly client: number; readonly kind: BadKind }
  | { readonly do: 'rush'; readonly client: number; readonly room: string; readonly spent: number }
  | { readonly do: 'freeze'; readonly client: number; readonly isDead: boolean; readonly ms: number }
  | { readonly do: 'publish-by-application'; readonly node: string; readonly room: string; readonly again: boolean }
  | { readonly do: 'burst'; readonly node: string; readonly room: string; readonly count: number }
  | { readonly do: 'open-page'; readonly client: number; readonly page: PageChoice; readonly isClean: boolean }
  | { readonly do: 'offer'; readonly client: number; readonly room: string; readonly page: PageChoice }
  | { readonly do: 'leave' | 'enter'; readonly client: number; readonly room: string; readonly page: PageChoice }
  | { readonly do: 'hide' | 'wake'; readonly client: number }
  | { readonly do: 'cache-page'; readonly node: string; readonly room: string }
  | { readonly do: 'break-link'; readonly client: number; readonly sides: readonly ('client' | 'hub')[] }
  | { readonly do: 'silence'; readonly client: number; readonly directions: readonly Direction[] }
  | { readonly do: 'disturb'; readonly client: number; readonly fault: MessageFault; readonly direction: Direction }
  | { readonly do: 'part' | 'join'; readonly client: number; readonly node: string }
  | { readonly do: 'stop-reading' | 'read-on'; readonly client: number }
  | {
      readonly do: 'stop-node'
      readonly node: string
      readonly how: 'crash' | 'power' | 'drain'
      readonly downMs: number
    }
  | { readonly do: 'restart-broker'; readonly withNodes: boolean; readonly downMs: number }
  | { readonly do: 'lose-claims' }
  | { readonly do: 'move-alone'; readonly room: string }
  | { readonly do: 'cut-broker' | 'mend-broker'; readonly node: string }
  | {
      readonly do: 'stumble-broker'
      readonly node: string
      readonly calls: number
      readonly which: StumbleKind
    }
  | { readonly do: 'keep-no-state'; readonly ms: number }
  | { readonly do: 'delay-broker'; readonly node: string; readonly ms: number }
  | { readonly do: 'rewind'; readonly room: string; readonly lose: number; readonly take: number }
  | {
      readonly do: 'revoke'
      readonly user: string
      readonly rooms: readonly string[]
      readonly isRacing: boolean
      /** How long one node cannot hear of it. */
      readonly unheardMs: number
    }
  | { readonly do: 'put-out'; readonly user: string; readonly room: string }
  | { readonly do: 'let-in' | 'disconnect'; readonly user: string }
  | { readonly do: 'issuer-away'; readonly ms: number }
  | { readonly do: 'change-user'; readonly client: number; readonly user: string; readonly isAnew: boolean }
  | {
      readonly do: 'redact'
      readonly node: string
      readonly room: string
      readonly what: RedactWhat
      /** Of what may be taken back, 0 the oldest, 1 the newest. */
      readonly age: number
      readonly by: 'id' | 'offset'
      readonly how: RedactHow
    }
  | { readonly do: 'long-quiet'; readonly ms: number }
  | { readonly do: 'jump-clock'; readonly ms: number }

/** Something that happens, and the time that passes after it. */
export interface Step {
  readonly action: Action
  readonly thenMs: number
}

/** What the offsets of a schedule's streams are: one after the other, with gaps, or those of a larger stream. */
export type StreamKind = 'dense' | 'sparse' | 'view'

/** What a schedule happens on. */
export interface Ground {
  readonly streams: StreamKind
  /** The store keeps everything when it restarts, or nothing. */
  readonly hasDisk: boolean
  /** The client whose page has no links, and sends requests; most schedules have none. */
  readonly requester: { readonly client: number; readonly rung: 'poll' | 'long-poll' } | undefined
  /** Tokens expire, and users are revoked, disconnected and others. */
  readonly hasExpiry: boolean
  /** How the state of a room loses what was taken back. */
  readonly losesBy: LosesBy
}

/** What a seed stands for. */
export interface Schedule {
  readonly seed: number
  readonly clients: number
  readonly ground: Ground
  readonly steps: readonly Step[]
}

/** The nodes of every schedule; they share one broker. */
export const nodeNames = ['node-a', 'node-b'] as const

/** The users whose pages change hands; the first two have one at the start. */
const userNames = ['user-1', 'user-2', 'user-3'] as const

type Draw = (randomness: SeededRandomness, clients: number) => Action

const anyClient = (randomness: SeededRandomness, clients: number) => randomness.integer(0, clients - 1)
const anyNode = (randomness: SeededRandomness) => randomness.pick(nodeNames)
const anyRoom = (randomness: SeededRandomness) => (randomness.chance(0.8) ? roomIds[0] : roomIds[1])
const anyUser = (randomness: SeededRandomness) => randomness.pick(userNames)
const anyPage = (randomness: SeededRandomness): PageChoice =>
  randomness.chance(0.15) ? 'built' : randomness.chance(0.3) ? 'fresh' : randomness.fraction()
const sides = [['client', 'hub'], ['client', 'hub'], ['client'], ['hub']] as const
const directions = [['to-client', 'to-hub'], ['to-client'], ['to-hub']] as const
const redacted: readonly RedactWhat[] = [
  ...(['note', 'note', 'note', 'note', 'note', 'note'] as const),
  ...(['trimmed', 'unknown', 'of another room', 'notice'] as const),
]
const redacting: readonly RedactHow[] = [
  ...(['once', 'once', 'once'] as const),
  ...(['on both nodes', 'twice', 'dying', 'unconfirmed', 'while pages come back', 'while pages come back'] as const),
]
const messageFaults = ['lose', 'duplicate', 'reorder'] as const

/** How often each action comes, as a weight, and how its details are drawn. */
const draws: readonly (readonly [number, Draw])[] = [
  [
    26,
    (r, n) => ({
      do: 'publish',
      client: anyClient(r, n),
      room: anyRoom(r),
      bytes: r.integer(0, 300),
      claimedBy: r.chance(0.8) ? 'turn' : 'id',
    }),
  ],
  [4, (r, n) => ({ do: 'publish-many', client: anyClient(r, n), room: anyRoom(r), count: r.integer(3, 6) })],
  [3, (r, n) => ({ do: 'say-bad', client: anyClient(r, n), kind: r.pick(badKinds) })],
  [1.5, (r, n) => ({ do: 'rush', client: anyClient(r, n), room: anyRoom(r), spent: r.integer(4, 9) })],
  [1.5, (r, n) => ({ do: 'freeze', client: anyClient(r, n), isDead: r.chance(0.5), ms: r.integer(100, 9_000) })],
  [12, (r) => ({ do: 'publish-by-application', node: anyNode(r), room: anyRoom(r), again: r.chance(0.2) })],
  [2, (r) => ({ do: 'burst', node: anyNode(r), room: anyRoom(r), count: r.integer(3, 10) })],
  [4, (r, n) => ({ do: 'open-page', client: anyClient(r, n), page: anyPage(r), isClean: r.chance(0.7) })],
  [4, (r, n) => ({ do: 'offer', client: anyClient(r, n), room: anyRoom(r), page: anyPage(r) })],
  [2, (r, n) => ({ do: 'leave', client: anyClient(r, n), room: anyRoom(r), page: 'fresh' })],
  [4, (r, n) => ({ do: 'enter', client: anyClient(r, n), room: anyRoom(r), page: anyPage(r) })],
  [1, (r, n) => ({ do: 'hide', client: anyClient(r, n) })],
  [2, (r, n) => ({ do: 'wake', client: anyClient(r, n) })],
  [5, (r) => ({ do: 'cache-page', node: anyNode(r), room: anyRoom(r) })],
  [4, (r, n) => ({ do: 'break-link', client: anyClient(r, n), sides: r.pick(sides) })],
  [2, (r, n) => ({ do: 'silence', client: anyClient(r, n), directions: r.pick(directions) })],
  [8, (r, n) => ({ do: 'disturb', client: anyClient(r, n), fault: r.pick(messageFaults), direction: anyDirection(r) })],
  [2, (r, n) => ({ do: 'part', client: anyClient(r, n), node: anyNode(r) })],
  [6, (r, n) => ({ do: 'join', client: anyClient(r, n), node: anyNode(r) })],
  [3, (r, n) => ({ do: 'stop-reading', client: anyClient(r, n) })],
  [6, (r, n) => ({ do: 'read-on', client: anyClient(r, n) })],
  [
    2,
    (r) => ({
      do: 'stop-node',
      node: anyNode(r),
      how: r.pick(['crash', 'power', 'drain']),
      downMs: r.integer(10, 3_000),
    }),
  ],
  [0.7, (r) => ({ do: 'restart-broker', withNodes: r.chance(0.5), downMs: r.integer(0, 3_000) })],
  [0.7, () => ({ do: 'lose-claims' })],
  [6, (r) => ({ do: 'move-alone', room: anyRoom(r) })],
  [1, (r) => ({ do: 'cut-broker', node: anyNode(r) })],
  [6, (r) => ({ do: 'mend-broker', node: anyNode(r) })],
  [1.5, (r) => ({ do: 'delay-broker', node: anyNode(r), ms: r.pick([0, 0, 20, 400]) })],
  [
    2,
    (r) => ({
      do: 'stumble-broker',
      node: anyNode(r),
      calls: r.integer(1, 4),
      which: r.pick(['all', 'appends']),
    }),
  ],
  [0.5, (r) => ({ do: 'keep-no-state', ms: r.integer(5_000, 40_000) })],
  [1.5, (r) => ({ do: 'rewind', room: anyRoom(r), lose: r.integer(1, 5), take: r.integer(0, 5) })],
  [
    5,
    (r) => ({
      do: 'redact',
      node: anyNode(r),
      room: anyRoom(r),
      what: r.pick(redacted),
      age: r.fraction(),
      by: r.pick(['id', 'id', 'offset']),
      how: r.pick(redacting),
    }),
  ],
  [0.5, (r) => ({ do: 'long-quiet', ms: r.integer(10_000, 60_000) })],
  [
    2.5,
    (r) => ({
      do: 'revoke',
      user: anyUser(r),
      rooms: r.chance(0.7) ? [anyRoom(r)] : roomIds,
      isRacing: r.chance(0.6),
      unheardMs: r.chance(0.4) ? r.integer(100, 3_000) : 0,
    }),
  ],
  [1, (r) => ({ do: 'put-out', user: anyUser(r), room: anyRoom(r) })],
  [4, (r) => ({ do: 'let-in', user: anyUser(r) })],
  [1.5, (r) => ({ do: 'disconnect', user: anyUser(r) })],
  [2, (r) => ({ do: 'issuer-away', ms: r.integer(1_000, 30_000) })],
  [1.5, (r, n) => ({ do: 'change-user', client: anyClient(r, n), user: anyUser(r), isAnew: r.chance(0.5) })],
  [0.7, (r) => ({ do: 'jump-clock', ms: r.integer(-86_400_000, 86_400_000) })],
]

const totalWeight = draws.reduce((sum, [weight]) => sum + weight, 0)

/** Draws the schedule of a seed: the same for ever. */
export function createSchedule(seed: number, steps: number, clients: number): Schedule {
  const randomness = createSeededRandomness(`schedule ${seed}`)
  const ground: Ground = {
    streams: randomness.pick(['dense', 'dense', 'sparse', 'view']),
    hasDisk: randomness.chance(0.4),
    requester: randomness.chance(0.4)
      ? { client: randomness.integer(0, clients - 1), rung: randomness.pick(['poll', 'long-poll']) }
      : undefined,
    hasExpiry: randomness.chance(0.5),
    losesBy: randomness.chance(0.65) ? 'reducer' : 'history',
  }
  return { seed, clients, ground, steps: Array.from({ length: steps }, () => drawStep(randomness, clients)) }
}

function drawStep(randomness: SeededRandomness, clients: number): Step {
  let rest = randomness.fraction() * totalWeight
  const drawn = draws.find(([weight]) => {
    rest -= weight
    return rest < 0
  })
  const [, draw] = drawn ?? draws[0] ?? [0, () => ({ do: 'lose-claims' })]
  return { action: draw(randomness, clients), thenMs: drawTime(randomness) }
}

/** Mostly shorter than a message travels, sometimes long enough for timeouts. */
function drawTime(randomness: SeededRandomness): number {
  const kind = randomness.fraction()
  if (kind < 0.3) return 0
  if (kind < 0.7) return randomness.integer(1, 40)
  if (kind < 0.95) return randomness.integer(40, 400)
  return randomness.integer(400, 8_000)
}

function anyDirection(randomness: SeededRandomness): Direction {
  return randomness.chance(0.75) ? 'to-client' : 'to-hub'
}
