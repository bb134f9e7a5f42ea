import type { Json, Log } from '@baro/core'
import type { Broker, Cancel, Clock, NodeMessage, Randomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'

/** What asking all nodes works with. */
export interface AllNodesParts {
  readonly node: string
  readonly broker: Pick<Broker, 'tell' | 'hear'>
  readonly clock: Pick<Clock, 'elapsed' | 'after'>
  readonly randomness: Randomness
  readonly log: Log
  /** Answers for this node. */
  readonly answer: (question: Json) => Promise<Json>
}

/** What a node has answered. */
export interface NodeAnswer {
  readonly node: string
  readonly answer: Json
}

const asked = 'baro:inspect'
const answered = 'baro:inspected'

/** So often those are looked for that are not known, and so long they may take; those that are known may take longer. */
const lookEveryMs = 5_000
const lookMs = 200
const patienceMs = 1_500
/** A node that has not answered for so long is gone. */
const forgetMs = 20_000
const retryMs = 5_000

interface Asking {
  readonly answers: NodeAnswer[]
  readonly waitsFor: Set<string>
  readonly isLook: boolean
  finish(): void
}

/**
 * Asks all nodes of a hub, through its broker. Nobody is asked while nobody looks. A node that does not answer in time is left
 * out: an inspector shows what there is.
 */
export class AllNodes {
  readonly #parts: AllNodesParts
  readonly #askings = new Map<string, Asking>()
  readonly #heardAtMs = new Map<string, number>()
  #lookedAtMs = Number.NEGATIVE_INFINITY
  #stop: (() => void) | undefined
  #cancelRetry: Cancel | undefined
  #isClosed = false

  constructor(parts: AllNodesParts) {
    this.#parts = parts
    this.#hear()
  }

  /** What each node answers, this one first. */
  async ask(question: Json): Promise<readonly NodeAnswer[]> {
    const { node, answer } = this.#parts
    const [own, others] = await Promise.all([answer(question), this.#askOthers(question)])
    return [{ node, answer: own }, ...others]
  }

  close(): void {
    this.#isClosed = true
    this.#cancelRetry?.()
    this.#stop?.()
    for (const asking of [...this.#askings.values()]) asking.finish()
  }

  async #askOthers(question: Json): Promise<readonly NodeAnswer[]> {
    const { node, broker, clock, randomness } = this.#parts
    const nowMs = clock.elapsed()
    for (const [other, atMs] of this.#heardAtMs) if (nowMs - atMs > forgetMs) this.#heardAtMs.delete(other)
    const isLook = nowMs - this.#lookedAtMs >= lookEveryMs
    if (!isLook && this.#heardAtMs.size === 0) return []
    if (isLook) this.#lookedAtMs = nowMs
    const id = createId(randomness)
    return new Promise((resolve) => {
      const answers: NodeAnswer[] = []
      const finish = (): void => {
        for (const cancel of waits) cancel()
        if (this.#askings.delete(id)) resolve(answers)
      }
      const asking: Asking = { answers, waitsFor: new Set(this.#heardAtMs.keys()), isLook, finish }
      const waits = [
        clock.after(patienceMs, finish),
        clock.after(lookMs, () => {
          if (asking.waitsFor.size === 0) finish()
        }),
      ]
      this.#askings.set(id, asking)
      broker.tell({ type: asked, payload: { id, node, question } }).catch(finish)
    })
  }

  #hear(): void {
    const { broker, clock, log } = this.#parts
    const listener = { heard: (message: NodeMessage) => this.#heard(message), lost() {} }
    broker
      .hear(listener)
      .then((stop) => {
        if (this.#isClosed) stop()
        else this.#stop = stop
      })
      .catch((error) => {
        if (this.#isClosed) return
        log.warn({}, `The inspector cannot hear the other nodes, and tries again: ${String(error)}`)
        this.#cancelRetry = clock.after(retryMs, () => this.#hear())
      })
  }

  #heard({ type, payload }: NodeMessage): void {
    const { id, node, question, answer } = payload as {
      readonly id: string
      readonly node: string
      readonly question: Json
      readonly answer: Json
    }
    if (type === answered) return this.#took(id, { node, answer })
    if (type !== asked || node === this.#parts.node) return
    const { broker } = this.#parts
    this.#parts
      .answer(question)
      .then((own) => broker.tell({ type: answered, payload: { id, node: this.#parts.node, answer: own } }))
      // Whoever asked goes on without it.
      .catch(() => {})
  }

  #took(id: string, answer: NodeAnswer): void {
    const asking = this.#askings.get(id)
    if (!asking) return
    this.#heardAtMs.set(answer.node, this.#parts.clock.elapsed())
    asking.answers.push(answer)
    asking.waitsFor.delete(answer.node)
    if (asking.waitsFor.size === 0 && !asking.isLook) asking.finish()
  }
}
