import type { AnyChannel } from './channel.ts'
import type { Publication } from './publication.ts'
import { redactedType, redactionOf } from './redaction.ts'

/**
 * Folds one publication into the state. Server and browser both use it. If the reducer throws, both skip the
 * publication, so that they still agree; `skipped` is told the error.
 *
 * A notice of a redaction that is skipped leaves in the state what was taken back: such a state must not be shown. That is
 * so too where the definition does not say how its state loses an entry, and the error is `undefined` then.
 */
export function fold<State>(
  definition: AnyChannel,
  state: State,
  publication: Publication,
  skipped?: (publication: Publication, error: unknown) => void,
): State {
  const { on, redact } = definition.state ?? {}
  const redaction = redactionOf(publication)
  const reducer = on && Object.hasOwn(on, publication.type) && on[publication.type]
  try {
    if (redaction && redact) return redact(state, redaction)
    if (on && publication.type === redactedType) skipped?.(publication, undefined)
    return reducer ? reducer(state, publication) : state
  } catch (error) {
    skipped?.(publication, error)
    return state
  }
}
