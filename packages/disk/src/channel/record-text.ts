/** A record as text: a list, for the names of its fields would be the longer half of it. */
import type { ChannelRecord } from './record.ts'

type Fields = readonly [
  epoch: string,
  head: readonly [offset: number, check: string],
  floor: readonly [offset: number, check: string],
  oldest: readonly [since: number, bytes: number, length: number, check: string],
  newestSince: number,
  bytes: number,
  length: number,
  /** `null` is `Infinity`, which JSON does not have. */
  bounds: readonly [size: number | null, ttlMs: number | null, bytes: number | null],
  usedAt: number,
  hasState: boolean,
  cursor: number | null,
  checkpoint: readonly [offset: number, check: string, version: string, length: number, since: number] | null,
]

export function recordText(record: ChannelRecord): string {
  const { epoch, head, floor, oldest, newestSince, bytes, length, bounds, usedAt, hasState, cursor, checkpoint } =
    record
  const state = checkpoint
    ? `[${checkpoint.offset},"${checkpoint.check}",${JSON.stringify(checkpoint.version)},${checkpoint.length},${checkpoint.since}]`
    : 'null'
  // Written by hand, because `JSON.stringify` takes twice as long. Epochs and checks hold nothing that JSON escapes.
  return `["${epoch}",[${head.offset},"${head.check}"],[${floor.offset},"${floor.check}"],[${oldest.since},${oldest.bytes},${oldest.length},"${oldest.check}"],${newestSince},${bytes},${length},[${bounded(bounds.size)},${bounded(bounds.ttlMs)},${bounded(bounds.bytes)}],${usedAt},${hasState},${cursor ?? 'null'},${state}]`
}

function bounded(bound: number): number | 'null' {
  return bound === Number.POSITIVE_INFINITY ? 'null' : bound
}

export function recordIn(text: string): ChannelRecord {
  const [epoch, head, floor, oldest, newestSince, bytes, length, bounds, usedAt, hasState, cursor, checkpoint] =
    JSON.parse(text) as Fields
  const [size, ttlMs, mostBytes] = bounds
  return {
    epoch,
    head: { offset: head[0], check: head[1] },
    floor: { offset: floor[0], check: floor[1] },
    oldest: { since: oldest[0], bytes: oldest[1], length: oldest[2], check: oldest[3] },
    newestSince,
    bytes,
    length,
    bounds: {
      size: size ?? Number.POSITIVE_INFINITY,
      ttlMs: ttlMs ?? Number.POSITIVE_INFINITY,
      bytes: mostBytes ?? Number.POSITIVE_INFINITY,
    },
    usedAt,
    hasState,
    cursor: cursor ?? undefined,
    checkpoint: checkpoint
      ? {
          offset: checkpoint[0],
          check: checkpoint[1],
          version: checkpoint[2],
          length: checkpoint[3],
          since: checkpoint[4],
        }
      : undefined,
  }
}
