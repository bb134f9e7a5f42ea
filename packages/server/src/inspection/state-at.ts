import { BaroError, type Json, type Publication } from '@baro/core'
import type { Broker, Checkpoint } from '@baro/core/broker'
import { fold, jsonText, orThrow, parseJson, quote } from '@baro/core/protocol'
import type { Resolved } from '../channel/registry.ts'
import type { Feed } from '../stream/feed.ts'
import { changesBetween } from './changes.ts'
import type { SeenState } from './inspection.ts'
import { type KeptHistory, keptHistory } from './kept-history.ts'
import { privateNamesOf, shown, shownPublication } from './shown.ts'

/** What going back works with. */
export interface StateAtParts {
  readonly broker: Pick<Broker, 'readCheckpoint'>
  readonly pageSize: number
}

/** What a state is folded from. */
interface Base {
  readonly is: SeenState['base']['is']
  readonly offset: number
  readonly state: Json
}

/**
 * The state of a channel at an offset: the publications that are kept go through the reducer once more, up to there.
 *
 * @throws {BaroError} `not-accepted` if the state is not folded from publications.
 */
export async function stateAt(
  { broker, pageSize }: StateAtParts,
  resolved: Resolved,
  feed: Feed,
  asked: number | undefined,
): Promise<SeenState> {
  const { channel, definition } = resolved
  if (!feed.isFolded)
    throw new BaroError(
      'not-accepted',
      `The value of ${quote(channel)} is not folded from its publications, so there is none for each of them.`,
    )
  const kept = await broker.readCheckpoint(channel, definition.version)
  const history = await keptHistory(feed, pageSize)
  const { epoch, head, floor, publications } = history
  const wanted = Math.min(asked ?? head, head)
  const base = baseOf(resolved, history, kept, wanted)
  const folded = publications.filter(({ offset }) => offset > base.offset && offset <= wanted)
  const last = folded.at(-1)
  const start = folded.slice(0, -1).reduce((state, one) => fold(definition, state, one), base.state)
  const led = last && ledBy(resolved, start, last)
  const privateNames = privateNamesOf(resolved)
  const state = shown(wireForm(led?.state ?? start), privateNames)
  const at = last?.offset ?? base.offset
  return {
    ...{ channel, epoch, head, floor, at },
    base: { is: base.is, offset: base.offset },
    isExact: base.is !== 'oldest',
    state,
    publication: last && shownPublication(last, privateNames),
    reducer: led?.reducer,
    changes: last ? changesBetween(shown(wireForm(start), privateNames), state) : [],
    previous: publications.findLast(({ offset }) => offset < at)?.offset ?? (at > floor ? floor : undefined),
    next: publications.find(({ offset }) => offset > at)?.offset,
  }
}

function ledBy(
  { definition }: Resolved,
  before: Json,
  publication: Publication,
): { state: Json } & Pick<SeenState, 'reducer'> {
  if (!Object.hasOwn(definition.state?.on ?? {}, publication.type)) return { state: before, reducer: 'none' }
  let hasThrown = false
  const state = fold(definition, before, publication, () => {
    hasThrown = true
  })
  const isChanged = jsonText(state) !== jsonText(before)
  return { state, reducer: hasThrown ? 'threw' : isChanged ? 'changed' : 'left-alone' }
}

/** The initial state, if nothing was trimmed; else one that the broker has kept, or the initial state where history begins. */
function baseOf(
  { definition }: Resolved,
  { epoch, floor }: KeptHistory,
  kept: Checkpoint | undefined,
  wanted: number,
): Base {
  const isOfThisLife = kept?.version === definition.version && kept.position.epoch === epoch
  if (floor > 0 && isOfThisLife && kept.position.offset <= wanted && kept.position.offset >= floor)
    return { is: 'kept', offset: kept.position.offset, state: kept.state }
  const state = orThrow(parseJson(jsonText(definition.state?.initial()) ?? 'null'))
  return { is: floor === 0 ? 'beginning' : 'oldest', offset: floor, state }
}

/** A reducer may leave what JSON does not have, such as `undefined`; readers never see that. */
function wireForm(state: Json): Json {
  return orThrow(parseJson(jsonText(state) ?? 'null'))
}
