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
  /** Whether they are a member of the room as long as they are there. */
  readonly isMember: boolean
  /** What they said, in their order. */
  readonly spoken: readonly Spoken[]
  /** What their page was wrong about. */
  readonly complaints: readonly string[]
  /** What their page shows; of a person without a state, only the newest that they heard. */
  readonly shown: Said | { readonly newest: readonly string[] }
  /** Whether they hear what is said now. */
  readonly isLive: boolean
  /** How it is with them, for a report. */
  readonly status: string
  /** Says one thing more, unless too much has no answer yet. */
  speak(): void
  leave(): void
}

/** Whether everything that was said has an answer. */
export function isSettled({ spoken }: Person): boolean {
  return spoken.every(({ outcome }) => outcome !== 'pending')
}

/** A part in the storm. */
export interface Role {
  readonly isUnnumbered?: true
  /** Makes somebody who plays it, whose way to the servers is at this address. */
  play(name: string, url: string, issuer: Issuer): Person
}

/** Who gives tokens. */
export interface Issuer {
  readonly isAway: boolean
}

/**
 * The names of those whose client numbers nothing and repeats nothing under an id: what they said when a link broke may come later than
 * what they said next.
 */
export const unnumbered = 'u'
