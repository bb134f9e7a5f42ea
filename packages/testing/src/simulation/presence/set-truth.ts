/**
 * What the store has, as it was after each step: what a page shows at a position must be that. It stands between the store
 * and whatever a mutant puts in front of it.
 */
import type { Member, Members } from '@baro/core'
import { type Broker, type SetChange, whenHere } from '@baro/core/broker'
import { formatPosition, type MembersEntry, membersChannel } from '@baro/core/protocol'
import { Violation } from '../violation.ts'
import { membersSet } from './lounge.ts'

/** What a step of the store came to, for the first time. */
export interface Told extends Pick<SetChange, 'set' | 'joined' | 'left'> {
  /** Whoever asked for it, and is to tell the application. */
  readonly node: string
  /** Its node was found dead. */
  readonly isFound: boolean
}

/** What the truth works with. */
export interface SetTruthParts {
  told(told: Told): void
  /** Readers are told of it. */
  appended(entry: MembersEntry): void
  /** A step was made again, because its answer was lost. */
  repeated(): void
  /** A node touched a set that did not know it, not for the first time. */
  ranOut(): void
}

export class SetTruth {
  readonly #parts: SetTruthParts
  /** By position: the set there, as text. */
  readonly #sets = new Map<string, string>()
  readonly #asked = new Set<string>()
  readonly #nodes = new Set<string>()

  constructor(parts: SetTruthParts) {
    this.#parts = parts
  }

  /** The store, seen. */
  watch(broker: Broker): Broker {
    const seen = (
      node: string,
      number: number,
      changes: readonly SetChange[],
      isFound: boolean,
    ): Promise<void> | undefined => {
      const call = `${node} ${number}`
      if (this.#asked.has(call)) this.#parts.repeated()
      else for (const { set, joined, left } of changes) this.#parts.told({ set, joined, left, node, isFound })
      // What told nothing may be done anew.
      if (changes.some(({ joined, left }) => joined.length + left.length > 0)) this.#asked.add(call)
      // The hub alone appends there.
      for (const { delivery } of changes)
        for (const one of delivery?.publications ?? []) this.#parts.appended(one as unknown as MembersEntry)
      const delivery = changes.find(({ set }) => set === membersSet)?.delivery
      if (!delivery) return undefined
      const at = formatPosition(delivery.position)
      // Read before the next step, because a broker in memory looks at once.
      return broker.readCheckpoint(membersSet, membersChannel.version).then((checkpoint) => {
        this.#sets.set(at, textOf(checkpoint?.state as unknown as Members))
      })
    }
    return {
      ...broker,
      presence: {
        ...broker.presence,
        touch: (set, node, touch, terms) =>
          whenHere(broker.presence.touch(set, node, touch, terms), (touched) => {
            const place = `${node} ${set}`
            if (!touched.wasKnown && this.#nodes.has(place)) this.#parts.ranOut()
            this.#nodes.add(place)
            const kept = seen(node, touch.number, [touched], false)
            return kept ? kept.then(() => touched) : touched
          }),
        expire: (node, number) =>
          whenHere(broker.presence.expire(node, number), (changes) => {
            const kept = seen(node, number, changes, true)
            return kept ? kept.then(() => changes) : changes
          }),
      },
    }
  }

  /** What is shown at a position is the set as it was there; where nobody has come yet, nobody. */
  assertIs(shown: Members, position: string): void {
    const truth = this.#sets.get(position) ?? textOf({ count: 0, list: [] })
    if (textOf(shown) !== truth)
      throw new Violation('I9', `${textOf(shown)} is shown at ${position}, where the set was ${truth}`)
  }
}

/** A set as text: the same for the same members in the same order. */
export function textOf({ count, list }: Members): string {
  return JSON.stringify([count, list?.map(({ id, user, state, since }: Member) => [id, user, state, since])])
}
