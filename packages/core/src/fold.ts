import type { AnyChannel } from './channel.ts'
import type { Publication } from './publication.ts'

/**
 * Folds one publication into the state. Server and browser both use it. If the reducer throws, both skip the
 * publication, so that they still agree; `skipped` is told the error.
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
