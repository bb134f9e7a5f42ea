/** What happens in a storm, and when: the same for the same seed. */
import { createSeededRandomness, type SeededRandomness } from '@baro/testing'

/** Something that befalls the network. `which` is a fraction of the connections that are open then. */
export type NetworkFault =
  | { readonly do: 'cut'; readonly which: number }
  | { readonly do: 'cut all' }
  | { readonly do: 'stall'; readonly which: number; readonly ms: number }
  | { readonly do: 'stall all'; readonly ms: number }
  | { readonly do: 'truncate'; readonly which: number; readonly bytes: number }
  | { readonly do: 'refuse'; readonly ms: number }
  /** Nobody gets a new token. */
  | { readonly do: 'issuer away'; readonly ms: number }

/** Something that befalls the servers. `which` is a fraction of those that it may befall. */
export interface ServerFault {
  readonly do: string
  readonly which: number
  /** For how long. */
  readonly ms: number
}

/** What may befall servers: how often beside others, and for how long at least and at most, in milliseconds. */
export interface Danger {
  readonly name: string
  readonly weight: number
  readonly ms: readonly [number, number]
}

/** When it happens, in milliseconds after the beginning. */
export type Timed<Fault> = Fault & { readonly atMs: number }

/** What the weather of a storm is made of: two lines that go on beside each other. */
export interface Weather {
  readonly ofNetwork: readonly Timed<NetworkFault>[]
  /** One after the other: a server that is away is not frozen. */
  readonly ofServers: readonly Timed<ServerFault>[]
}

type Weighed<Fault> = readonly [weight: number, make: (random: SeededRandomness) => Fault]

const networkFaults: readonly Weighed<NetworkFault>[] = [
  [6, (r) => ({ do: 'cut', which: r.fraction() })],
  [5, (r) => ({ do: 'truncate', which: r.fraction(), bytes: r.integer(1, 3_000) })],
  [4, (r) => ({ do: 'stall', which: r.fraction(), ms: r.integer(100, 8_000) })],
  [1, () => ({ do: 'cut all' })],
  [1, (r) => ({ do: 'stall all', ms: r.integer(100, 3_000) })],
  [1, (r) => ({ do: 'refuse', ms: r.integer(100, 3_000) })],
  [1, (r) => ({ do: 'issuer away', ms: r.integer(500, 6_000) })],
]

/** Decides all of it. */
export function weatherOf(seed: string, ms: number, dangers: readonly Danger[]): Weather {
  const random = createSeededRandomness(seed)
  const serverFaults = dangers.map(({ name, weight, ms: [least, most] }): Weighed<ServerFault> => {
    return [weight, (r) => ({ do: name, which: r.fraction(), ms: r.integer(least, most) })]
  })
  return {
    ofNetwork: line(random.fork('network'), networkFaults, [100, 1_200], ms),
    ofServers: line(random.fork('server'), serverFaults, [3_000, 9_000], ms),
  }
}

function line<Fault>(
  random: SeededRandomness,
  faults: readonly Weighed<Fault>[],
  [shortest, longest]: readonly [number, number],
  ms: number,
): readonly Timed<Fault>[] {
  const made: Timed<Fault>[] = []
  const drawn = faults.flatMap(([weight, make]) => Array.from({ length: weight }, () => make))
  for (let atMs = random.integer(shortest, longest); atMs < ms; atMs += random.integer(shortest, longest))
    made.push({ ...random.pick(drawn)(random), atMs })
  return made
}
