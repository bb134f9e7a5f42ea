/**
 * Work that is done once for each claim (I5). A repeat of the claim, on any transport and node, gets the first answer.
 */
import { BaroError, type Log } from '@baro/core'
import {
  type Broker,
  type Claimed,
  type ClaimKey,
  type ClaimShare,
  type Clock,
  isLater,
  type NowOrLater,
  orElse,
  type Settlement,
  whenHere,
} from '@baro/core/broker'
import { inTime } from '../access/in-time.ts'
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
  readonly clock: Clock
  /** How long a claim is remembered. */
  readonly claimWindowMs: number
}

/**
 * How long a repeat waits for the answer to the first. A handler that hangs is repeated for as long as its client is there:
 * if each repeat waited as long as the handler, they would use up what the user or the address may have at work.
 */
const repeatWaitMs = 10_000

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
  once(claim: Claim, work: () => NowOrLater<WorkOutcome>): NowOrLater<Settlement> {
    const atWork = this.#atWork.size > 0 ? this.#atWork.get(nameOf(claim)) : undefined
    if (atWork) {
      this.#parts.counters.repeated++
      return inTime(this.#parts.clock, repeatWaitMs, atWork, inProgress)
    }
    const answer = this.#claimAndWork(claim, work)
    if (!(answer instanceof Promise)) return answer
    const name = nameOf(claim)
    const kept = answer.finally(() => this.#atWork.delete(name))
    this.#atWork.set(name, kept)
    return kept
  }

  #claimAndWork(claim: Claim, work: () => NowOrLater<WorkOutcome>): NowOrLater<Settlement> {
    const { channel, key, share, epoch } = claim
    const { broker, claimWindowMs } = this.#parts
    const windowMs = claimWindowMs
    const terms = epoch === undefined ? { windowMs, share } : { windowMs, share, epoch }
    const claimed = broker.claim(channel, key, terms)
    return isLater(claimed)
      ? Promise.resolve(claimed).then((one) => this.#settledBefore(one) ?? this.#work(claim, work))
      : (this.#settledBefore(claimed) ?? this.#work(claim, work))
  }

  /** The answer of a claim that was settled before; `undefined` if it was granted. */
  #settledBefore(claimed: Claimed): Settlement | undefined {
    const { claimsEpoch, counters } = this.#parts
    claimsEpoch.heard(claimed.epoch)
    if (claimed.outcome === 'settled') {
      counters.repeated++
      return claimed.answer
    }
    if (claimed.outcome === 'pending') throw inProgress()
    if (claimed.outcome === 'out-of-turn')
      throw new BaroError(
        'out-of-turn',
        'Nothing is known of the publish before this one. See "Publishing" of PROTOCOL.md.',
      )
    return undefined
  }

  #work(claim: Claim, work: () => NowOrLater<WorkOutcome>): NowOrLater<Settlement> {
    try {
      const outcome = work()
      if (!isLater(outcome)) return this.#settled(claim, outcome)
      return Promise.resolve(outcome)
        .then((later) => this.#settled(claim, later))
        .catch((error) => this.#release(claim, error))
    } catch (error) {
      return this.#release(claim, error)
    }
  }

  #settled(claim: Claim, { isSettled, settlement }: WorkOutcome): NowOrLater<Settlement> {
    return isSettled ? settlement : this.#settle(claim, settlement)
  }

  /** If the answer cannot be kept, this caller gets it all the same; only a repeat finds the claim without an answer. */
  #settle({ channel, key }: Claim, settlement: Settlement): NowOrLater<Settlement> {
    const { broker, log } = this.#parts
    const kept = orElse<unknown>(
      () => broker.settle(channel, key, settlement),
      (error) => log.warn({ channel }, `Could not keep the answer to a publish: ${describeError(error)}`),
    )
    return whenHere(kept, () => settlement)
  }

  #release({ channel, key }: Claim, error: unknown): NowOrLater<never> {
    const { broker, log } = this.#parts
    const released = orElse<unknown>(
      () => broker.release(channel, key),
      (failure) => log.warn({ channel }, `Could not give a claim back: ${describeError(failure)}`),
    )
    return whenHere(released, () => {
      throw error
    })
  }
}

function inProgress(): BaroError {
  return new BaroError('in-progress', 'This publish, or the one before it, is still at work. Ask again in a second.')
}

function nameOf({ channel, key }: Claim): string {
  return 'turn' in key
    ? `${channel} ${key.turn.producer} ${key.turn.number} ${key.scope}`
    : `${channel} ${key.id} ${key.scope}`
}
