/**
 * The messages of Supabase Realtime, which are those of Phoenix channels: both sides name a topic and an event, a push has
 * a number (`ref`), its reply the same one, and all of one join carry the number of that join (`joinRef`).
 *
 * Source: the serializers of `@supabase/realtime-js` 2.119 (`src/lib/serializer.ts`).
 */
import type { Json } from '@baro/core'

/** One message, whatever it looks like on the wire. */
export interface Frame {
  readonly joinRef: string | null
  readonly ref: string | null
  readonly topic: string
  readonly event: string
  readonly payload: Json
}

/** What everybody on a topic is told that somebody has broadcast. */
export interface Broadcast {
  readonly event: string
  readonly payload: Json
  readonly meta?: { readonly id: string; readonly replayed?: true }
}

/** What all topics of clients begin with on the wire. */
export const topicPrefix = 'realtime:'

/** The topic of heartbeats. */
export const phoenixTopic = 'phoenix'

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Readonly<Record<string, Json | undefined>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}
