import type { HistoryBounds } from '@baro/core/broker'
import type { Place } from '@baro/core/protocol'

/**
 * What is kept of a channel, apart from its publications and its state. A step works on a copy of its own, and puts other values in
 * place of those inside: a step that fails must leave what is kept as it was.
 */
export interface ChannelRecord {
  readonly epoch: string
  head: Place
  /** The place right before the oldest publication that is kept. */
  floor: Place
  /** The oldest publication that is kept; of no meaning if there is none. */
  oldest: { readonly since: number; readonly bytes: number; readonly length: number; readonly check: string }
  newestSince: number
  /** Bytes of all kept payloads together, as JSON. */
  bytes: number
  /** What its publications take in the store. */
  length: number
  bounds: HistoryBounds
  cursor: number | undefined
  usedAt: number
  hasState: boolean
  /** Its newest state. */
  checkpoint: KeptCheckpoint | undefined
}

/** Where a state was folded to, how long it is, and the bytes of payload appended since. */
export interface KeptCheckpoint extends Place {
  readonly version: string
  readonly length: number
  readonly since: number
}

/** About what a channel takes in the store by itself: measured with a million of them. */
const recordLength = 256

/** About how many bytes of the store a channel takes. */
export function footprintOf(record: ChannelRecord): number {
  return recordLength + record.length + (record.checkpoint?.length ?? 0)
}

// No channel name holds it.
const between = ' '

const minuteMs = 60_000

/** Where a channel stands in the order of last use: by the minute, so that it moves at most once in one. */
export function recencyKey(name: string, usedAt: number): string {
  return `r:${minuteOf(usedAt).toString(36).padStart(8, '0')}${between}${name}`
}

/** The channel of such a key. */
export function channelOfRecencyKey(key: string): string {
  return key.slice(key.indexOf(between) + 1)
}

export function minuteOf(elapsed: number): number {
  return Math.max(0, Math.floor(elapsed / minuteMs))
}

export function recordKey(name: string): string {
  return `c:${name}`
}

export function checkpointKey(name: string, epoch: string): string {
  return `k:${name}${between}${epoch.slice(-8)}`
}

/** Of one life, so that what is left of an earlier one is never taken for it. */
export function publicationKey(name: string, epoch: string, offset: number): string {
  return `h:${name}${between}${epoch.slice(-8)}${between}${String(offset).padStart(16, '0')}`
}
