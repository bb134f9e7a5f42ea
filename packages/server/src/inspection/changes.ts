import type { Json } from '@baro/core'
import type { SeenChange } from './inspection.ts'

/** Nobody reads more of them. */
const mostChanges = 200

/** Longer lists are compared as a whole: the work grows with the product of their lengths. */
const longestCompared = 400

type JsonObject = { readonly [key: string]: Json }

/** What is in a state and was not before, and the reverse. A list that was shifted says what came and what went. */
export function changesBetween(before: Json, after: Json): readonly SeenChange[] {
  const found: SeenChange[] = []
  compare('', before, after, found)
  return found
}

function compare(path: string, before: Json, after: Json, found: SeenChange[]): void {
  if (found.length >= mostChanges || isSame(before, after)) return
  if (isList(before) && isList(after) && Math.max(before.length, after.length) <= longestCompared)
    return compareLists(path, before, after, found)
  if (!isObject(before) || !isObject(after)) return void found.push({ path, before, after })
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [own(before, key), own(after, key)]
    const inner = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (was === undefined || is === undefined) {
      if (found.length < mostChanges) found.push({ path: inner, before: was, after: is })
    } else compare(inner, was, is, found)
  }
}

/** By the longest list that is in both. What went and came at one place is one entry that has changed. */
function compareLists(path: string, before: readonly Json[], after: readonly Json[], found: SeenChange[]): void {
  const was = before.map((one) => JSON.stringify(one))
  const is = after.map((one) => JSON.stringify(one))
  const width = is.length + 1
  const lengths = new Uint16Array((was.length + 1) * width)
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0
  for (let row = was.length - 1; row >= 0; row--)
    for (let column = is.length - 1; column >= 0; column--)
      lengths[row * width + column] =
        was[row] === is[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1))
  let [row, column] = [0, 0]
  while ((row < was.length || column < is.length) && found.length < mostChanges) {
    const [old, young] = [before[row], after[column]]
    const isEither = old !== undefined && young !== undefined
    if (isEither && was[row] === is[column]) {
      row++
      column++
    } else if (isEither && at(row + 1, column + 1) === at(row, column))
      compare(`${path}/${column++}`, before[row++] as Json, young, found)
    else if (young === undefined || (old !== undefined && at(row + 1, column) >= at(row, column + 1)))
      found.push({ path: `${path}/${row++}`, before: old })
    else found.push({ path: `${path}/${column++}`, after: young })
  }
}

function isSame(one: Json, other: Json): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
