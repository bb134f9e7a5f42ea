import type { Log } from '@baro/core'
import type { Clock } from '@baro/core/broker'
import { describeError } from './describe-error.ts'
import { type HubEvent, type HubEventFacts, type HubEventName, type HubObserver, hubEventNames } from './hub-events.ts'

/**
 * What a part calls where something happens, as `observing.cut?.({ … })`. Nobody is there to be told: then it is a property
 * that is `undefined`, and the object of the call is not even made.
 */
export type Observing = { readonly [Name in HubEventName]: ((facts: HubEventFacts[Name]) => void) | undefined }

type Slots = { -readonly [Name in HubEventName]: Observing[Name] }

/** What observation works with. */
export interface ObservationParts {
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

/** Who observes a hub, and what each of them wants to hear. */
export class Observation {
  readonly #parts: ObservationParts
  readonly #observers = new Set<HubObserver>()
  readonly #slots: Slots = noSlots()

  constructor(parts: ObservationParts) {
    this.#parts = parts
  }

  /** For the parts of the hub. */
  get observing(): Observing {
    return this.#slots
  }

  /** Tells an observer from now on; returns how to stop it. */
  observe(given: HubObserver): () => void {
    // An object of its own, so that one observer may be added twice, and each stops by itself.
    const observer = { ...given }
    this.#observers.add(observer)
    this.#fill()
    return () => {
      if (this.#observers.delete(observer)) this.#fill()
    }
  }

  #fill(): void {
    for (const name of hubEventNames) this.#fillSlot(name)
  }

  #fillSlot<Name extends HubEventName>(name: Name): void {
    const told = [...this.#observers].flatMap((observer) => {
      const run = observer[name] as ((event: HubEvent<Name>) => void) | undefined
      return run ? [run] : []
    })
    // TypeScript does not follow one name through both sides.
    const slots = this.#slots as Record<Name, ((facts: HubEventFacts[Name]) => void) | undefined>
    slots[name] = told.length === 0 ? undefined : (facts) => this.#tell(name, facts, told)
  }

  #tell<Name extends HubEventName>(
    name: Name,
    facts: HubEventFacts[Name],
    told: readonly ((event: HubEvent<Name>) => void)[],
  ): void {
    const event = { name, atMs: this.#parts.clock.now(), ...facts } as unknown as HubEvent<Name>
    for (const run of told) {
      try {
        run(event)
      } catch (error) {
        // Whoever looks on must not be able to stop what it looks at.
        this.#parts.log.error({ code: 'observer-failed' }, `An observer of ${name} threw: ${describeError(error)}`)
      }
    }
  }
}

/** For a part that nobody observes. */
export const unobserved: Observing = Object.freeze(noSlots())

function noSlots(): Slots {
  // All names from the beginning: an object that grows later would be another shape to V8 in each part.
  return Object.fromEntries(hubEventNames.map((name) => [name, undefined])) as Slots
}
