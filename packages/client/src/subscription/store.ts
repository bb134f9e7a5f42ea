/**
 * What a channel shows: the confirmed state at its position, with the unconfirmed publishes folded on top.
 *
 * It only moves forward (I3): a payload (page, router cache, back button) moves it to a newer position of the same
 * epoch and nowhere else; one of another epoch makes the client ask. Only the hub's answer may move it anywhere.
 */
import { type AnyChannel, isSnapshot, type Json, liveValue, type Publication, type Reference } from '@baro/core'
import { compareAtTexts, fold, noPosition, parseAt, redactionOf } from '@baro/core/protocol'

/** A publish that is shown before it is confirmed. */
export interface PendingPublish {
  readonly id: string
  readonly type: string
  readonly payload: Json
  /** When it was published, in milliseconds since 1970. */
  readonly time: number
  /** Where the hub's answer says it is done; it is shown until the store has come that far. */
  readonly doneAt?: string
}

/** An immutable store. */
export interface Store {
  /** The confirmed state. */
  readonly confirmed: unknown
  /** Where it was read; `undefined` if nowhere a hub would know. */
  readonly position: string | undefined
  /** The confirmed state is of another version: it is shown, but our reducers would not understand it. */
  readonly isForeign: boolean
  readonly pending: readonly PendingPublish[]
  /** What is shown. */
  readonly state: unknown
}

/** Is told of a publication whose reducer threw, and which is therefore skipped. */
export type Skipped = (publication: Publication, error: unknown) => void

/** The store of a channel of which only the definition, and perhaps a page's snapshot, is known. */
export function createStore(definition: AnyChannel, reference: Reference): Store {
  const state = definition.state?.initial()
  const blank = { confirmed: state, position: undefined, isForeign: false, pending: [], state }
  return offer(blank, definition, reference) ?? blank
}

/**
 * Offers what a page brought (I3). Returns nothing if that cannot be compared with what the store has: the store stays,
 * and the hub must say what is true.
 */
export function offer(store: Store, definition: AnyChannel, reference: Reference): Store | undefined {
  if (!isSnapshot(reference)) return store
  const { position, version, value } = reference
  const isForeign = version !== definition.version
  const take = () => restart(store, definition, isForeign ? undefined : position, liveValue(value), isForeign)
  if (!store.position || store.position === noPosition) {
    // Anything is better than nothing; asking without a position then brings what can be trusted.
    const isBetter = isForeign ? !store.position && !store.isForeign : store.position !== position
    return isBetter ? take() : store
  }
  // A page that was made where there was no hub says nothing about what the hub has.
  if (position === store.position || position === noPosition) return store
  const order = isForeign ? undefined : compareAtTexts(position, store.position)
  return order === undefined ? order : order > 0 ? take() : store
}

/** Takes publications that follow the store's position and lead to `position`. */
export function advance(
  store: Store,
  definition: AnyChannel,
  position: string,
  publications: readonly Publication[],
  skipped: Skipped,
): Store {
  const confirmed = publications.reduce(
    (state, publication) => fold(definition, state, publication, skipped),
    store.confirmed,
  )
  // What was taken back is not shown as optimistic either, although its answer has not come.
  const pending = store.pending.filter(
    ({ id }) => !publications.some((arrived) => (redactionOf(arrived) ?? arrived).id === id),
  )
  return settle(definition, store, { confirmed, position, pending })
}

/** Starts again from a snapshot, wherever that is; without one, from the beginning. */
export function restart(
  store: Store,
  definition: AnyChannel,
  position: string | undefined,
  confirmed: unknown = definition.state?.initial(),
  isForeign = false,
): Store {
  return settle(definition, store, { confirmed, position, isForeign })
}

/** Shows a publish before it is confirmed. */
export function addPending(store: Store, definition: AnyChannel, publish: PendingPublish): Store {
  const others = store.pending.filter(({ id }) => id !== publish.id)
  return settle(definition, store, { pending: [...others, publish] })
}

/**
 * The hub is done with a publish: it stays shown until the store has come as far as `doneAt`; without that it is
 * taken back.
 */
export function finishPending(store: Store, definition: AnyChannel, id: string, doneAt: string | undefined): Store {
  const pending = store.pending.flatMap((one) => (one.id !== id ? [one] : doneAt ? [{ ...one, doneAt }] : []))
  return settle(definition, store, { pending })
}

/** Drops the pending publishes that the position must contain, and folds the others on top. */
function settle(definition: AnyChannel, before: Store, changes: Partial<Store>): Store {
  const store = { ...before, ...changes }
  const { confirmed, position, isForeign } = store
  const pending = store.pending.filter(
    ({ doneAt }) => !doneAt || !position || (compareAtTexts(doneAt, position) ?? 0) > 0,
  )
  // What is on top already stays there: to fold all of a burst again for each of it would be felt.
  const isMore =
    !before.isForeign &&
    confirmed === before.confirmed &&
    before.pending.every(({ id }, index) => pending[index]?.id === id)
  const folded = isMore ? before.pending.length : 0
  const next = (parseAt(position ?? '')?.offset ?? 0) + 1
  // A reducer that throws here is reported when the publication is confirmed.
  const state = pending
    .slice(folded)
    .reduce(
      (under, publish, index) => fold(definition, under, { ...publish, offset: next + folded + index }),
      folded ? before.state : confirmed,
    )
  return { ...store, pending, state: isForeign ? confirmed : state }
}
