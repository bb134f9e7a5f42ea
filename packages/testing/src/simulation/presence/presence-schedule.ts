import type { MessageFault } from '../../network/lane.ts'
import type { Direction } from '../../network/network-link.ts'
import { createSeededRandomness, type SeededRandomness } from '../../seeded-randomness.ts'

/** One thing that happens. */
export type PresenceAction =
  | { readonly do: 'open' | 'close' | 'tell' | 'go' | 'come' | 'stop-reading' | 'read-on'; readonly client: number }
  | { readonly do: 'reload'; readonly client: number; readonly awayMs: number; readonly isElsewhere: boolean }
  | { readonly do: 'die'; readonly client: number; readonly isQuiet: boolean }
  | { readonly do: 'break-link'; readonly client: number; readonly sides: readonly ('client' | 'hub')[] }
  | { readonly do: 'silence'; readonly client: number; readonly directions: readonly Direction[] }
  | { readonly do: 'disturb'; readonly client: number; readonly fault: MessageFault }
  | { readonly do: 'part' | 'join'; readonly client: number; readonly node: string }
  | { readonly do: 'change-user'; readonly client: number; readonly user: string }
  | { readonly do: 'issuer-away'; readonly ms: number }
  | {
      readonly do: 'stop-node'
      readonly node: string
      readonly how: 'crash' | 'power' | 'drain'
      readonly downMs: number
    }
  | { readonly do: 'cut-broker'; readonly node: string; readonly ms: number }
  | { readonly do: 'delay-broker'; readonly node: string; readonly ms: number }
  | { readonly do: 'stumble-broker'; readonly node: string; readonly calls: number }
  | { readonly do: 'lose-answers'; readonly calls: number }
  | { readonly do: 'restart-store'; readonly how: 'disk' | 'nodes' | 'lost'; readonly downMs: number }
  | { readonly do: 'jump-clock' | 'long-quiet'; readonly ms: number }

/** Something that happens, and the time that passes after it. */
export interface PresenceStep {
  readonly action: PresenceAction
  readonly thenMs: number
}

/** What a seed stands for. */
export interface PresenceSchedule {
  /** The client whose page sends requests, if there is one. */
  readonly requester: { readonly client: number; readonly rung: 'poll' | 'long-poll' } | undefined
  /** Tokens expire. */
  readonly hasExpiry: boolean
  readonly steps: readonly PresenceStep[]
}

/** The nodes of every schedule; they share one store. */
export const nodeNames = ['node-a', 'node-b'] as const

/** Who is at each client at first: a guest, one user twice, and others. */
export const users = [undefined, 'ada', 'ada', 'bob', 'cem', 'dan', 'eve'] as const

type Draw = (randomness: SeededRandomness) => PresenceAction

const client = (r: SeededRandomness) => r.integer(0, users.length - 1)
const node = (r: SeededRandomness) => r.pick(nodeNames)
const sides = [['client', 'hub'], ['client', 'hub'], ['client'], ['hub']] as const
const directions = [['to-client', 'to-hub'], ['to-client'], ['to-hub']] as const

/** How often each action comes, as a weight, and how its details are drawn. */
const draws: readonly (readonly [number, Draw])[] = [
  [8, (r) => ({ do: 'open', client: client(r) })],
  [4, (r) => ({ do: 'close', client: client(r) })],
  [8, (r) => ({ do: 'reload', client: client(r), awayMs: r.integer(1, 1_400), isElsewhere: r.chance(0.3) })],
  [4, (r) => ({ do: 'die', client: client(r), isQuiet: r.chance(0.7) })],
  [10, (r) => ({ do: 'tell', client: client(r) })],
  [3, (r) => ({ do: 'go', client: client(r) })],
  [6, (r) => ({ do: 'come', client: client(r) })],
  [3, (r) => ({ do: 'break-link', client: client(r), sides: r.pick(sides) })],
  [2, (r) => ({ do: 'silence', client: client(r), directions: r.pick(directions) })],
  [3, (r) => ({ do: 'disturb', client: client(r), fault: r.pick(['lose', 'duplicate', 'reorder']) })],
  [2, (r) => ({ do: 'part', client: client(r), node: node(r) })],
  [10, (r) => ({ do: 'join', client: client(r), node: node(r) })],
  [2, (r) => ({ do: 'stop-reading', client: client(r) })],
  [10, (r) => ({ do: 'read-on', client: client(r) })],
  [
    2,
    (r) => ({ do: 'change-user', client: r.integer(1, users.length - 1), user: r.pick(['ada', 'bob', 'cem', 'zoe']) }),
  ],
  [0.7, (r) => ({ do: 'issuer-away', ms: r.integer(1_000, 20_000) })],
  [
    3,
    (r) => {
      const how = r.pick(['crash', 'crash', 'power', 'drain'] as const)
      return { do: 'stop-node', node: node(r), how, downMs: r.integer(10, how === 'drain' ? 3_000 : 30_000) }
    },
  ],
  [1, (r) => ({ do: 'cut-broker', node: node(r), ms: r.integer(100, 40_000) })],
  [1.5, (r) => ({ do: 'delay-broker', node: node(r), ms: r.pick([0, 0, 20, 400]) })],
  [1, (r) => ({ do: 'stumble-broker', node: node(r), calls: r.integer(1, 4) })],
  [2, (r) => ({ do: 'lose-answers', calls: r.integer(1, 4) })],
  [0.7, (r) => ({ do: 'restart-store', how: r.pick(['disk', 'nodes', 'lost']), downMs: r.integer(0, 3_000) })],
  [0.7, (r) => ({ do: 'jump-clock', ms: r.integer(-86_400_000, 86_400_000) })],
  [4, (r) => ({ do: 'long-quiet', ms: r.integer(10_000, 70_000) })],
]

const totalWeight = draws.reduce((sum, [weight]) => sum + weight, 0)

/** Draws the schedule of a seed: the same for ever. */
export function createPresenceSchedule(seed: number, steps: number): PresenceSchedule {
  const randomness = createSeededRandomness(`who is here ${seed}`)
  return {
    requester: randomness.chance(0.3)
      ? { client: randomness.integer(0, users.length - 1), rung: randomness.pick(['poll', 'long-poll']) }
      : undefined,
    hasExpiry: randomness.chance(0.3),
    steps: Array.from({ length: steps }, () => ({ action: draw(randomness), thenMs: time(randomness) })),
  }
}

function draw(randomness: SeededRandomness): PresenceAction {
  let rest = randomness.fraction() * totalWeight
  const drawn = draws.find(([weight]) => {
    rest -= weight
    return rest < 0
  })
  return drawn?.[1](randomness) ?? { do: 'long-quiet', ms: 10_000 }
}

/** Mostly about as long as readers wait to be told, sometimes long enough for a reload, a grace or a silence. */
function time(randomness: SeededRandomness): number {
  const kind = randomness.fraction()
  if (kind < 0.2) return 0
  if (kind < 0.6) return randomness.integer(1, 300)
  if (kind < 0.9) return randomness.integer(300, 3_000)
  return randomness.integer(3_000, 15_000)
}
