import type { BaroError } from '@baro/core'
import type { Tally } from './tally.ts'
import type { Truth } from './truth.ts'
import { Violation } from './violation.ts'

/** A publish that a page made. */
interface Publish {
  readonly channel: string
  readonly id: string
  /** When it was first handed to a link; `undefined` while it never was. */
  firstSentMs: number | undefined
  /** Something has happened since it was sent that lets nobody know what became of it. */
  isDoubtful: boolean
  outcome: 'open' | 'confirmed' | 'unknown' | 'definite' | 'abandoned'
}

/** What a ledger works with. */
export interface LedgerParts {
  readonly truth: Truth
  readonly tally: Tally
  /** How long a publish may be repeated. */
  readonly publishWindowMs: number
  elapsedMs(): number
}

/** Part of the publish window after which a client may say `unknown-outcome`: it leaves time for the way. */
const surelyRemembered = 0.9

/** Every publish that pages made, and what they were told about it (I5). */
export class Ledger {
  readonly #parts: LedgerParts
  readonly #publishes = new Map<string, Publish>()

  constructor(parts: LedgerParts) {
    this.#parts = parts
  }

  made(channel: string, id: string): void {
    this.#publishes.set(id, { channel, id, firstSentMs: undefined, isDoubtful: false, outcome: 'open' })
  }

  /** @param isHopeless The link leads to servers that have lost their memory since. */
  sent(id: string, isHopeless: boolean): void {
    const publish = this.#publishes.get(id)
    if (!publish) return
    publish.firstSentMs ??= this.#parts.elapsedMs()
    if (isHopeless) publish.isDoubtful = true
  }

  /** The memory of the servers was lost, or could not be reached: what is under way may have any outcome. */
  doubt(): void {
    for (const publish of this.#publishes.values())
      if (publish.outcome === 'open' && publish.firstSentMs !== undefined) publish.isDoubtful = true
  }

  /** The page is gone; nobody waits for the answer. */
  abandon(id: string): void {
    const publish = this.#publishes.get(id)
    if (publish?.outcome === 'open') publish.outcome = 'abandoned'
  }

  /** I5: a confirmed publish stands where the answer says, under its id. */
  confirmed(id: string, position: string | undefined): void {
    const publish = this.#close(id, 'confirmed')
    if (!publish) return
    this.#parts.tally.count('publish confirmed')
    const moment = this.#parts.truth.at(publish.channel, position)
    if (moment?.id !== id)
      throw new Violation('I5', `${id} was confirmed at ${position}, where ${moment?.id ?? 'nothing'} stands`)
  }

  /** I5: so does one of the application. */
  applicationConfirmed(channel: string, id: string, position: string): void {
    const moment = this.#parts.truth.at(channel, position)
    if (moment?.id !== id)
      throw new Violation('I5', `${id} was confirmed at ${position}, where ${moment?.id ?? 'nothing'} stands`)
  }

  /** I5: an unknown outcome needs a reason, any other error means that nothing was published. */
  rejected(id: string, error: BaroError): void {
    const { truth, tally, publishWindowMs, elapsedMs } = this.#parts
    const publish = this.#close(id, error.code === 'unknown-outcome' ? 'unknown' : 'definite')
    if (!publish) return
    if (publish.outcome === 'definite') {
      tally.count('publish: definite error')
      if (truth.holds(publish.channel, id))
        throw new Violation('I5', `${id} was answered "${error.code}" (${error.message}), and was published`)
      return
    }
    tally.count('publish: unknown-outcome')
    const { firstSentMs, isDoubtful } = publish
    const isOld = firstSentMs !== undefined && elapsedMs() - firstSentMs > surelyRemembered * publishWindowMs
    if (!isDoubtful && !isOld) throw new Violation('I5', `${id} was given up as unknown-outcome without a reason`)
  }

  /** Every publish has its answer, and what was refused for good was not published afterwards. */
  assertAllAnswered(): void {
    for (const { outcome, channel, id } of this.#publishes.values()) {
      if (outcome === 'open') throw new Violation('liveness', `${id} in ${channel} never got an answer`)
      if (outcome === 'definite' && this.#parts.truth.holds(channel, id))
        throw new Violation('I5', `${id} was refused, and was published afterwards`)
    }
  }

  #close(id: string, outcome: Publish['outcome']): Publish | undefined {
    const publish = this.#publishes.get(id)
    if (publish?.outcome !== 'open') return undefined
    publish.outcome = outcome
    return publish
  }
}
