import { isDeepStrictEqual } from 'node:util'
import type { Said } from './channels.ts'
import { type Person, unnumbered } from './person.ts'

/** One thing in the room, as its publications say. */
export interface Kept {
  readonly by: string
  readonly n: number
}

/** What is wrong after a storm; nothing, if all is well. */
export function verdict(kept: readonly Kept[], truth: Said, people: readonly Person[]): readonly string[] {
  return [
    ...people.flatMap((person) => [...heldAgainst(person, kept), ...shownBy(person, truth)]),
    ...totals(kept, truth),
  ]
}

/** What was acknowledged is there exactly once, what was refused is not, and all of it in the order in which it was said. */
function heldAgainst({ name, spoken, complaints }: Person, kept: readonly Kept[]): readonly string[] {
  const wrong = [...complaints]
  const own = kept.filter(({ by }) => by === name).map(({ n }) => n)
  const times = new Map<number, number>()
  for (const [index, n] of own.entries()) {
    times.set(n, (times.get(n) ?? 0) + 1)
    if (index > 0 && n <= (own[index - 1] ?? 0) && !name.startsWith(unnumbered))
      wrong.push(`${name}: ${n} stands behind ${own[index - 1]}`)
  }
  for (const { n, outcome } of spoken) {
    const count = times.get(n) ?? 0
    if (outcome === 'pending') wrong.push(`${name}: ${n} never had an answer`)
    if (outcome === 'kept' && count !== 1) wrong.push(`${name}: ${n} was acknowledged, and stands ${count} times`)
    if (outcome === 'unknown' && count > 1) wrong.push(`${name}: ${n} is unknown, and stands ${count} times`)
    if (outcome.startsWith('refused') && count > 0) wrong.push(`${name}: ${n} was ${outcome}, and stands there`)
  }
  return wrong
}

/** Whether they show what the server has; of those without a state, whether they have heard the last. */
export function showsAll({ shown }: Pick<Person, 'shown'>, truth: Said): boolean {
  return 'count' in shown ? isDeepStrictEqual(shown, truth) : shown.newest.at(-1) === truth.newest.at(-1)
}

function shownBy(person: Person, truth: Said): readonly string[] {
  const { name, rung, shown, status } = person
  return showsAll(person, truth)
    ? []
    : [`${name} (${rung}, ${status}) shows ${JSON.stringify(shown)}, and the server ${JSON.stringify(truth)}`]
}

function totals(kept: readonly Kept[], truth: Said): readonly string[] {
  return kept.length === truth.count ? [] : [`The state counts ${truth.count}, and ${kept.length} stand there`]
}
