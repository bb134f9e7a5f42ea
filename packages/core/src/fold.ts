import type { AnyChannel } from './channel.ts'
import type { Publication } from './publication.ts'

/**
 * Folds one publication into the state: the one reducer of server and browser. One that throws skips the publication,
 * on both sides alike, so that they still agree; `skipped` is told why.
 */
export function fold<State>(
  definition: AnyChannel,
  state: State,
  publication: Publication,
  skipped?: (publication: Publication, error: unknown) => void,
): State {
  const on = definition.state?.on
  const reducer = on && Object.hasOwn(on, publication.type) && on[publication.type]
  try {
    return reducer ? reducer(state, publication) : state
  } catch (error) {
    skipped?.(publication, error)
    return state
  }
}
