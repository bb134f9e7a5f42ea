/** What happens in a storm, and when: the same for the same seed. */
import { createSeededRandomness, type SeededRandomness } from '@baro/testing'

/** Something of a storm. `which` is a fraction of the connections that are open then. */
export type Fault =
  | { readonly do: 'cut'; readonly which: number }
  | { readonly do: 'cut all' }
  | { readonly do: 'stall'; readonly which: number; readonly ms: number }
  | { readonly do: 'stall all'; readonly ms: number }
  | { readonly do: 'truncate'; readonly which: number; readonly bytes: number }
  | { readonly do: 'refuse'; readonly ms: number }
  /** Nobody gets a new token. */
  | { readonly do: 'issuer away'; readonly ms: number }
  | { readonly do: 'freeze'; readonly ms: number }
  | { readonly do: 'kill'; readonly ms: number }
  | { readonly do: 'restart'; readonly ms: number }

/** When it happens, in milliseconds after the beginning. */
export type Timed = Fault & { readonly atMs: number }

/** What the weather of a storm is made of: two lines that go on beside each other. */
export interface Weather {
  readonly ofNetwork: readonly Timed[]
  /** One after the other: a server that is away is not frozen. */
  readonly ofServer: readonly Timed[]
}

type Maker = (random: SeededRandomness) => Fault

const networkFaults: readonly (readonly [weight: number, make: Maker])[] = [
  [6, (r) => ({ do: 'cut', which: r.fraction() })],
  [5, (r) => ({ do: 'truncate', which: r.fraction(), bytes: r.integer(1, 3_000) })],
  [4, (r) => ({ do: 'stall', which: r.fraction(), ms: r.integer(100, 8_000) })],
  [1, () => ({ do: 'cut all' })],
  [1, (r) => ({ do: 'stall all', ms: r.integer(100, 3_000) })],
  [1, (r) => ({ do: 'refuse', ms: r.integer(100, 3_000) })],
  [1, (r) => ({ do: 'issuer away', ms: r.integer(500, 6_000) })],
]

const serverFaults: readonly (readonly [weight: number, make: Maker])[] = [
  [3, (r) => ({ do: 'freeze', ms: r.integer(200, 6_000) })],
  [3, (r) => ({ do: 'kill', ms: r.integer(0, 1_500) })],
  [1, (r) => ({ do: 'restart', ms: r.integer(0, 500) })],
]

/** Decides all of it. */
export function weatherOf(seed: string, ms: number): Weather {
  const random = createSeededRandomness(seed)
  return {
    ofNetwork: line(random.fork('network'), networkFaults, [100, 1_200], ms),
    ofServer: line(random.fork('server'), serverFaults, [3_000, 9_000], ms),
  }
}

function line(
  random: SeededRandomness,
  faults: readonly (readonly [number, Maker])[],
  [shortest, longest]: readonly [number, number],
  ms: number,
): readonly Timed[] {
  const made: Timed[] = []
  const drawn = faults.flatMap(([weight, make]) => Array.from({ length: weight }, () => make))
  for (let atMs = random.integer(shortest, longest); atMs < ms; atMs += random.integer(shortest, longest))
    made.push({ ...random.pick(drawn)(random), atMs })
  return made
}
