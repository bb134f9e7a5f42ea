import type { Transport } from '@baro/client'
import { comparePositionTexts, isSnapshot } from '@baro/core'
import { type Broker, createRecover, type ResetReason, recoveryGuards } from '@baro/core/broker'
import { formatPosition, parsePosition, type ServerMessage } from '@baro/core/protocol'
import { type AccessMutantName, accessMutants } from './access-mutants.ts'
import { holdsBadMessage } from './bad-messages.ts'
import {
  consumingReleases,
  forgettingOneMore,
  grantingGaps,
  grantingWhilePending,
  ignoringTheEpoch,
  lettingOvertake,
  renumberingOnEachLink,
  settlingAfterwards,
} from './claim-mutants.ts'
import type { RoomReference } from './page.ts'
import { type RedactionMutantName, redactionMutants } from './redaction-mutants.ts'
import { keepingAnyCheckpoint, readingToTheLast, trimmingBlindly } from './stream-mutants.ts'
import type { Mutations } from './world.ts'

/** A guard that can be taken out. */
export type MutantName =
  | `recovery guard: ${Extract<ResetReason, 'epoch' | 'beyond-head' | 'trimmed' | 'rewritten'>}`
  | 'claim of the publish id'
  | 'follows check'
  | 'bounds of the outbox'
  | 'forward-only store'
  | 'turn waits for the one before it'
  | 'no gap between turns'
  | 'answers kept until they are confirmed'
  | 'claims of the life that was counted on'
  | 'settle in the append'
  | 'release of the number'
  | 'number kept by what was sent without an answer'
  | 'order after a passing refusal'
  | 'upTo of a read'
  | 'follows of a proposed checkpoint'
  | 'history kept until the state is'
  | 'a bad message refuses only itself'
  | AccessMutantName
  | RedactionMutantName
  | 'disk'

/** The code under test with one guard taken out each: what the simulation must notice. */
export const mutants: Readonly<Record<MutantName, Mutations>> = {
  'recovery guard: epoch': withoutGuard('epoch'),
  'recovery guard: beyond-head': withoutGuard('beyond-head'),
  'recovery guard: trimmed': withoutGuard('trimmed'),
  'recovery guard: rewritten': withoutGuard('rewritten'),
  'claim of the publish id': { broker: withoutClaims },
  'follows check': { transport: alwaysFollowing },
  'bounds of the outbox': { limits: { maxOutboxBytes: 1 << 20, maxReplyBytes: 1 << 20 } },
  'forward-only store': { reference: alwaysNewer },
  'turn waits for the one before it': { broker: grantingWhilePending },
  'no gap between turns': { broker: grantingGaps },
  'answers kept until they are confirmed': { broker: forgettingOneMore },
  'claims of the life that was counted on': { broker: ignoringTheEpoch },
  'settle in the append': { broker: settlingAfterwards },
  'release of the number': { broker: consumingReleases },
  'number kept by what was sent without an answer': { transport: renumberingOnEachLink },
  'order after a passing refusal': { transport: lettingOvertake },
  'upTo of a read': { broker: readingToTheLast },
  'follows of a proposed checkpoint': { broker: keepingAnyCheckpoint },
  'history kept until the state is': { broker: trimmingBlindly },
  'a bad message refuses only itself': { refuses: holdsBadMessage },
  ...accessMutants,
  ...redactionMutants,
  disk: { isDiskForgetful: true },
}

function withoutGuard(reason: ResetReason): Mutations {
  return { recover: createRecover(recoveryGuards.filter((guard) => guard.reason !== reason)) }
}

/** A broker that grants every claim, and appends whether or not the claim is open. */
function withoutClaims(broker: Broker): Broker {
  return {
    ...broker,
    claim: async (...args) => ({ outcome: 'granted', epoch: (await broker.claim(...args)).epoch }),
    append: (channel, entries, bounds, { settle, ...options } = {}) => broker.append(channel, entries, bounds, options),
  }
}

/** A transport whose deliveries always say that they follow where the client stands. */
function alwaysFollowing(transport: Transport): Transport {
  return {
    rung: transport.rung,
    open(url, events) {
      const positions = new Map<string, string>()
      return transport.open(url, {
        ...events,
        received: (message) => events.received(following(message, positions)),
      })
    },
  }
}

/** @param positions Where the last message of each channel led. */
function following(message: ServerMessage, positions: Map<string, string>): ServerMessage {
  if (message.type !== 'baro:recovered' && message.type !== 'baro:reset' && message.type !== 'baro:publications')
    return message
  const { channel, position } = message.payload
  const follows = positions.get(channel)
  positions.set(channel, position)
  if (message.type !== 'baro:publications' || follows === undefined) return message
  return { ...message, payload: { ...message.payload, follows } }
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
