/**
 * Work that is done once for each claim (I5). A repeat of the claim, on any transport and node, gets the first answer.
 */
import { BaroError, type Log } from '@baro/core'
import type { Broker, ClaimKey, ClaimShare, Settlement } from '@baro/core/broker'
import type { Counters } from '../observe/counters.ts'
import { describeError } from '../observe/describe-error.ts'
import type { ClaimsEpoch } from './claims-epoch.ts'

/** What claimed work came to. */
export interface WorkOutcome {
  readonly settlement: Settlement
  /** Whether the append has settled the claim already. */
  readonly isSettled: boolean
}

/** A claim: which publish, in which channel, and which life of the claims it counts on. */
export interface Claim {
  readonly channel: string
  readonly key: ClaimKey
  readonly share: ClaimShare
  /** The life of the claims that the claimant counts on; `undefined` for any. */
  readonly epoch: string | undefined
}

/** What claiming works with. */
export interface ClaimedWorkParts {
  readonly broker: Pick<Broker, 'claim' | 'settle' | 'release'>
  readonly claimsEpoch: ClaimsEpoch
  readonly counters: Pick<Counters, 'repeated'>
  readonly log: Log
  /** How long a claim is remembered. */
  readonly claimWindowMs: number
}

export class ClaimedWork {
  readonly #parts: ClaimedWorkParts
  // A repeat that arrives on this node while the first is at work waits for its answer. Without this it would be
  // refused.
  readonly #atWork = new Map<string, Promise<Settlement>>()

  constructor(parts: ClaimedWorkParts) {
    this.#parts = parts
  }

  /**
   * Does the work, unless it was done before; returns the first answer.
   *
   * @param work Throws if it did nothing, so that the claim may be made again. Every other failure is an answer.
   * @throws {BaroError} `in-progress`, `out-of-turn`, or what the broker or `work` throws.
   */
  async once(claim: Claim, work: () => Promise<WorkOutcome>): Promise<Settlement> {
    const name = nameOf(claim)
    const atWork = this.#atWork.get(name)
    if (atWork) {
      this.#parts.counters.repeated++
      return atWork
    }
    const answer = this.#claimAndWork(claim, work)
    this.#atWork.set(name, answer)
    try {
      return await answer
    } finally {
      this.#atWork.delete(name)
    }
  }

  async #claimAndWork({ channel, key, share, epoch }: Claim, work: () => Promise<WorkOutcome>): Promise<Settlement> {
    const { broker, claimsEpoch, counters, log, claimWindowMs } = this.#parts
    const terms = { windowMs: claimWindowMs, share, ...(epoch === undefined ? undefined : { epoch }) }
    const claimed = await broker.claim(channel, key, terms)
    claimsEpoch.heard(claimed.epoch)
    if (claimed.outcome === 'settled') {
      counters.repeated++
      return claimed.answer
    }
    if (claimed.outcome === 'pending')
      throw new BaroError('in-progress', 'This publish, or the one before it, is still at work. Ask again in a second.')
    if (claimed.outcome === 'out-of-turn')
      throw new BaroError(
        'out-of-turn',
        'Nothing is known of the publish before this one. See "Publishing" of PROTOCOL.md.',
      )
    try {
      const { settlement, isSettled } = await work()
      // If the answer cannot be kept, this caller gets it all the same; only a repeat finds the claim without an
      // answer.
      if (!isSettled)
        await broker
          .settle(channel, key, settlement)
          .catch((error) => log.warn(`Could not keep the answer to a publish: ${describeError(error)}`))
      return settlement
    } catch (error) {
      await broker
        .release(channel, key)
        .catch((failure) => log.warn(`Could not give a claim back: ${describeError(failure)}`))
      throw error
    }
  }
}

function nameOf({ channel, key }: Claim): string {
  return 'turn' in key
    ? `${channel} ${key.turn.producer} ${key.turn.number} ${key.scope}`
    : `${channel} ${key.id} ${key.scope}`
}
