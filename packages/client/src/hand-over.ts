import { offsetOf } from './distance.ts'
import type { DeliveryMessage, SubscribeAnswer } from './subscription-machine.ts'

/** The proof of a hand-over: rendered at 41, resumed at 41, first live 42, 0 missing. All but counts are offsets. */
export interface HandOver {
  /** Where the page's snapshot was read; absent if the page had none, or one without a position. */
  readonly rendered?: number | undefined
  /** Whether what followed came, or a fresh snapshot. */
  readonly outcome: 'recovered' | 'reset'
  /** Why it was a fresh snapshot: a reset reason of PROTOCOL.md. */
  readonly reason?: string | undefined
  /** Where the client stood when it went on. */
  readonly resumedAt: number
  /** How many publications the answer brought at once. */
  readonly recovered: number
  /** The first publication after the answer; absent until it comes. */
  readonly firstLive?: number | undefined
  /** Offsets between `resumedAt` and the newest of these publications that did not come. */
  readonly missing: number
}

/** The hand-over as the answer to a subscribe tells it. */
export function handOverAt(rendered: number | undefined, { type, payload }: SubscribeAnswer): HandOver {
  const { position } = payload
  const isReset = type === 'baro:reset'
  const resumedAt = offsetOf(isReset ? position : payload.follows) ?? 0
  const recovered = isReset ? 0 : payload.publications.length
  return {
    rendered,
    outcome: isReset ? 'reset' : 'recovered',
    reason: isReset ? payload.reason : undefined,
    resumedAt,
    recovered,
    missing: (offsetOf(position) ?? 0) - resumedAt - recovered,
  }
}

/** The hand-over once the first publication after the answer is there. */
export function handOverLive(handOver: HandOver, { position, publications }: DeliveryMessage['payload']): HandOver {
  const { firstLive = publications[0]?.offset, resumedAt, recovered } = handOver
  return firstLive === handOver.firstLive
    ? handOver
    : { ...handOver, firstLive, missing: (offsetOf(position) ?? 0) - resumedAt - recovered - publications.length }
}
