import type { Said } from './channels.ts'

/** What became of something that a person said. */
export interface Spoken {
  readonly n: number
  /** `kept`: it was acknowledged; `unknown`: nobody can say; else the code of the refusal. */
  outcome: 'pending' | 'kept' | 'unknown' | `refused ${string}`
}

/** Somebody in the storm. */
export interface Person {
  readonly name: string
  readonly rung: string
  /** What they said, in their order. */
  readonly spoken: readonly Spoken[]
  /** What their page was wrong about. */
  readonly complaints: readonly string[]
  /** What their page shows; of a person without a state, only the newest that they heard. */
  readonly shown: Said | { readonly newest: readonly string[] }
  /** How it is with them, for a report. */
  readonly status: string
  /** Says one thing more, unless too much has no answer yet. */
  speak(): void
  leave(): void
}

/** More is not said before something is answered. */
export const maxPending = 20

/** Whether everything that was said has an answer. */
export function isSettled({ spoken }: Person): boolean {
  return spoken.every(({ outcome }) => outcome !== 'pending')
}
