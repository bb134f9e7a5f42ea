import type { Transport } from '@baro/client'
import {
  comparePositionTexts,
  createRecover,
  decodeServerMessage,
  encodeMessage,
  formatPosition,
  isSnapshot,
  parsePosition,
  type ResetReason,
  recoveryGuards,
  type ServerMessage,
} from '@baro/core'
import type { RoomReference } from './page.ts'
import type { Mutations } from './world.ts'

/** A guard that can be taken out. */
export type MutantName =
  | `recovery guard: ${Extract<ResetReason, 'epoch' | 'beyond-head' | 'trimmed' | 'rewritten'>}`
  | 'claim of the publish id'
  | 'follows check'
  | 'number of the attempt'
  | 'forward-only store'

/** The code under test with one guard taken out each: what the simulation must notice. */
export const mutants: Readonly<Record<MutantName, Mutations>> = {
  'recovery guard: epoch': withoutGuard('epoch'),
  'recovery guard: beyond-head': withoutGuard('beyond-head'),
  'recovery guard: trimmed': withoutGuard('trimmed'),
  'recovery guard: rewritten': withoutGuard('rewritten'),
  'claim of the publish id': { claim: async () => ({ outcome: 'granted' }) },
  'follows check': { transport: (transport) => rewriting(transport, alwaysFollow) },
  'number of the attempt': { transport: (transport) => rewriting(transport, alwaysNewest) },
  'forward-only store': { reference: alwaysNewer },
}

function withoutGuard(reason: ResetReason): Mutations {
  return { recover: createRecover(recoveryGuards.filter((guard) => guard.reason !== reason)) }
}

/** What a rewriter knows of one channel on one link. */
interface Track {
  /** Where the last message led. */
  position: string | undefined
  /** The newest attempt the client made. */
  attempt: number
}

type Rewrite = (message: ServerMessage, track: (channel: string) => Track) => ServerMessage

/** A transport that changes what the client hears, so that a check of the client always passes. */
function rewriting(transport: Transport, rewrite: Rewrite): Transport {
  return {
    rung: transport.rung,
    open(url, events) {
      const tracks = new Map<string, Track>()
      const track = (channel: string): Track => {
        const known = tracks.get(channel) ?? { position: undefined, attempt: 0 }
        tracks.set(channel, known)
        return known
      }
      const link = transport.open(url, {
        ...events,
        received(text) {
          const decoded = decodeServerMessage(text)
          events.received(decoded.ok ? encodeMessage(rewrite(decoded.value, track)) : text)
        },
      })
      return {
        close: link.close,
        send(text) {
          const [, channel, attempt] =
            /^\{"type":"baro:subscribe","payload":\{"channel":"([^"]+)","attempt":(\d+)/.exec(text) ?? []
          if (channel !== undefined) track(channel).attempt = Number(attempt)
          link.send(text)
        },
      }
    },
  }
}

/** Every delivery says that it follows where the client stands. */
function alwaysFollow(message: ServerMessage, trackOf: (channel: string) => Track): ServerMessage {
  if (message.type === 'baro:recovered' || message.type === 'baro:reset')
    trackOf(message.payload.channel).position = message.payload.position
  if (message.type !== 'baro:publications') return message
  const track = trackOf(message.payload.channel)
  const { payload } = message
  const follows = track.position ?? payload.follows
  track.position = payload.position
  return { ...message, payload: { ...payload, follows } }
}

/** Every answer is about the newest attempt. */
function alwaysNewest(message: ServerMessage, trackOf: (channel: string) => Track): ServerMessage {
  if (message.type === 'baro:recovered')
    return { ...message, payload: { ...message.payload, attempt: trackOf(message.payload.channel).attempt } }
  if (message.type === 'baro:reset')
    return { ...message, payload: { ...message.payload, attempt: trackOf(message.payload.channel).attempt } }
  return message
}

/** An old page says that it is newer than what is shown. */
function alwaysNewer(reference: RoomReference, shown: string | undefined): RoomReference {
  if (!isSnapshot(reference) || shown === undefined) return reference
  if (comparePositionTexts(reference.position, shown) !== 'older') return reference
  const [old, newest] = [parsePosition(reference.position), parsePosition(shown)]
  if (!old.ok || !newest.ok || old.value.kind !== 'at' || newest.value.kind !== 'at') return reference
  const position = formatPosition({
    ...old.value,
    offset: newest.value.offset + 1,
    check: newest.value.check || 'newer0',
  })
  return { ...reference, position }
}
