import type { AnyChannel } from './channel.ts'
import type { Publication } from './publication.ts'

/** A state after one more publication; `error` if its reducer threw, and the publication was skipped. */
export interface Folded<State> {
  readonly state: State
  readonly error?: unknown
}

/**
 * Folds one publication into the state: the one reducer of server and browser. One that throws skips the publication,
 * on both sides alike, so that they still agree.
 */
export function fold<State>(definition: AnyChannel, state: State, publication: Publication): Folded<State> {
  const on = definition.state?.on
  const reducer = on && Object.hasOwn(on, publication.type) ? on[publication.type] : undefined
  if (!reducer) return { state }
  try {
    return { state: reducer(state, publication) }
  } catch (error) {
    return { state, error }
  }
}
