/** What a client asks for when it joins a topic. */
import { type AnyChannel, BaroError, type Json } from '@baro/core'
import { accepted, quote, type Result, refused } from '@baro/core/protocol'
import { type Binding, parseBindings } from './tables.ts'
import { isRecord } from './wire/frame.ts'

/** Which publications of before a client wants to get again. */
export interface Replay {
  /** Those from this time on, in milliseconds since 1970. */
  readonly sinceMs: number
  /** The newest so many. */
  readonly limit: number
}

/** A join, with the defaults of Supabase where the client left something out. */
export interface JoinRequest {
  /** Whether the client gets its own broadcasts, too. */
  readonly self: boolean
  /** Whether the client wants to know that a broadcast was taken. */
  readonly ack: boolean
  readonly replay: Replay | undefined
  /** Whether the client wants to know who is here, or is to be shown itself. */
  readonly isPresent: boolean
  /** What the client calls itself among those who are here; `undefined` if it leaves that to the server. */
  readonly presenceKey: string | undefined
  readonly token: string | undefined
  /** The rows whose changes the client wants to know. */
  readonly bindings: readonly Binding[]
}

/** Supabase gives so many at most. */
const maxReplay = 25

/** Longer ones are no names, and each member would carry them to everybody. */
const maxKeyBytes = 255

/**
 * Reads the payload of a join. It never throws; fields that it does not know it leaves alone.
 *
 * @param definitions Those of the hub: the tables among them may be followed.
 */
export function parseJoin(payload: Json, definitions: readonly AnyChannel[]): Result<JoinRequest> {
  const { config, access_token: token } = isRecord(payload) ? payload : {}
  const { broadcast, presence, postgres_changes: changes } = isRecord(config) ? config : {}
  const { key, enabled } = isRecord(presence) ? presence : {}
  const { self, ack, replay } = isRecord(broadcast) ? broadcast : {}
  const wanted = replay === undefined || replay === null ? accepted(undefined) : parseReplay(replay)
  if (!wanted.ok) return wanted
  if (typeof key === 'string' && Buffer.byteLength(key) > maxKeyBytes)
    return refused(
      new BaroError('too-large', `The presence key is longer than ${maxKeyBytes} bytes. Choose a shorter one.`),
    )
  const bindings = parseBindings(changes, definitions)
  if (!bindings.ok) return bindings
  return accepted({
    self: self === true,
    ack: ack === true,
    replay: wanted.value,
    isPresent: enabled === true,
    presenceKey: typeof key === 'string' && key !== '' ? key : undefined,
    bindings: bindings.value,
    token: typeof token === 'string' ? token : undefined,
  })
}

function parseReplay(replay: Json): Result<Replay> {
  const { since, limit = maxReplay } = isRecord(replay) ? replay : {}
  if (typeof since !== 'number' || !Number.isInteger(limit) || (limit as number) < 1)
    return refused(
      new BaroError(
        'bad-message',
        `replay is ${quote(JSON.stringify(replay))}. Send { since: milliseconds since 1970, limit: 1 to ${maxReplay} }.`,
      ),
    )
  return accepted({ sinceMs: since, limit: Math.min(limit as number, maxReplay) })
}
