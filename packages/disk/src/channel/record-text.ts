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
  const { head, floor, oldest, bounds, checkpoint } = record
  const fields: Fields = [
    record.epoch,
    [head.offset, head.check],
    [floor.offset, floor.check],
    [oldest.since, oldest.bytes, oldest.length, oldest.check],
    record.newestSince,
    record.bytes,
    record.length,
    [bounds.size, bounds.ttlMs, bounds.bytes],
    record.usedAt,
    record.hasState,
    record.cursor ?? null,
    checkpoint ? [checkpoint.offset, checkpoint.check, checkpoint.version, checkpoint.length, checkpoint.since] : null,
  ]
  return JSON.stringify(fields)
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
