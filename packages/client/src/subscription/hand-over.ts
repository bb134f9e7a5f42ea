import { parseAt } from '@baro/core/protocol'
import type { DeliveryMessage, SubscribeAnswer } from './subscription-machine.ts'

/** The proof of a hand-over: rendered at 41, resumed at 41, first live 42, 0 missing. All but counts are offsets. */
export interface HandOver {
  /** Where the page's snapshot was read; absent if the page had none, or one without a position. */
  readonly rendered?: number | undefined
  /** Whether what followed came, or a fresh snapshot. */
  readonly outcome: 'recovered' | 'reset'
  /** Why it was a fresh snapshot: a reset reason of PROTOCOL.md. */
  readonly reason?: string | undefined
  /** Where the client stood when it went on; after a database snapshot, which has no offset, where the answer led. */
  readonly resumedAt: number
  /** How many publications the answer brought at once. */
  readonly recovered: number
  /** The first publication after the answer; absent until it comes. */
  readonly firstLive?: number | undefined
  /**
   * How many answers and deliveries since did not begin where the one before had led. Numbers would prove nothing: the
   * offsets of a channel may be sparse, and a position may move without a publication.
   */
  readonly missing: number
}

/**
 * A hand-over, and where what was taken has led by now. This chain is its own: it would notice a gap that the
 * subscription let through (I2).
 */
export interface Proof {
  readonly handOver: HandOver
  readonly at: string
}

/**
 * The hand-over as the answer to a subscribe tells it.
 *
 * @param at Where what is shown was read.
 */
export function beginProof(
  rendered: number | undefined,
  at: string | undefined,
  { type, payload }: SubscribeAnswer,
): Proof {
  const isReset = type === 'baro:reset'
  const follows = isReset ? payload.position : payload.follows
  const handOver: HandOver = {
    rendered,
    outcome: isReset ? 'reset' : 'recovered',
    reason: isReset ? payload.reason : undefined,
    resumedAt: (parseAt(follows) ?? parseAt(payload.position))?.offset ?? 0,
    recovered: isReset ? 0 : payload.publications.length,
    missing: isReset || follows === at ? 0 : 1,
  }
  return { handOver, at: payload.position }
}

/** The hand-over after a further delivery. */
export function continueProof(
  { handOver, at }: Proof,
  { follows, position, publications }: DeliveryMessage['payload'],
): Proof {
  const { firstLive = publications[0]?.offset } = handOver
  const missing = handOver.missing + (follows === at ? 0 : 1)
  const isSame = firstLive === handOver.firstLive && missing === handOver.missing
  return { handOver: isSame ? handOver : { ...handOver, firstLive, missing }, at: position }
}
