/** Who joined and who left is told to the application once: by the node that the store told. */
import { Violation } from '../violation.ts'
import { followersSet } from './lounge.ts'
import type { PresenceTally } from './presence-tally.ts'
import type { Told } from './set-truth.ts'

/** What the application is told. */
export type HookName = 'joined' | 'left'

/** Something that a node owes its application. */
interface Owed {
  readonly node: string
  readonly hook: HookName
  readonly user: string
  readonly sinceMs: number
  readonly isFound: boolean
}

/** How long a node takes at most, where nothing is in the way: it asks again after a second, or with its next look. */
const toldWithinMs = 8_000

/** A broker keeps answers for one lease. Where a fault lasts for so long, nobody may be told. */
const forgottenAfterMs = 26_000

/** Guests have no name that a hook would get. */
const nameOf = (user: string | undefined) => user ?? 'a guest'

export class HookWatch {
  readonly #elapsed: () => number
  readonly #tally: PresenceTally
  readonly #owed: Owed[] = []

  constructor(elapsed: () => number, tally: PresenceTally) {
    this.#elapsed = elapsed
    this.#tally = tally
  }

  /** The store has told a node who came and who went. */
  told({ set, joined, left, node, isFound }: Told): void {
    if (set !== followersSet) return
    const owe = (hook: HookName) => (member: { readonly user?: string }) =>
      void this.#owed.push({ node, hook, user: nameOf(member.user), sinceMs: this.#elapsed(), isFound })
    joined.forEach(owe('joined'))
    left.forEach(owe('left'))
  }

  /** A node runs a hook. */
  ran(node: string, hook: HookName, user: string | undefined): void {
    const index = this.#owed.findIndex((owed) => owed.node === node && owed.hook === hook && owed.user === nameOf(user))
    if (index < 0) throw new Violation('I9', `${node} told that ${nameOf(user)} has ${hook}, which is not so, or twice`)
    const [owed] = this.#owed.splice(index, 1)
    this.#tally.count(hook === 'joined' ? 'joined was told' : 'left was told')
    if (owed?.isFound) this.#tally.count('left was told by another node')
  }

  /** A process is gone, with what it had not told yet. */
  died(node: string): void {
    for (let index = this.#owed.length - 1; index >= 0; index--)
      if (this.#owed[index]?.node === node) {
        this.#owed.splice(index, 1)
        this.#tally.count('hook lost with its node')
      }
  }

  /** Everything that is owed for so long was told. @param sinceMs Since when nothing is in the way. */
  assertTold(sinceMs: number): void {
    const nowMs = this.#elapsed()
    for (const { node, hook, user, sinceMs: owedMs } of [...this.#owed]) {
      if (nowMs - Math.max(owedMs, sinceMs) <= toldWithinMs) continue
      if (sinceMs - owedMs < forgottenAfterMs)
        throw new Violation('I9', `${node} has not told that ${user} has ${hook}, since ${owedMs}`)
      this.#tally.count('hook lost with its answer')
      this.#owed.splice(
        this.#owed.findIndex((owed) => owed.sinceMs === owedMs && owed.node === node && owed.user === user),
        1,
      )
    }
  }
}
