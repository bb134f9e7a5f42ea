/**
 * Whether a text is like a pattern of SQL: `%` stands for any text, `_` for one character, and a backslash takes the next
 * character as it is. It goes back only to the last `%`, so no pattern makes it slow without bound.
 */
export function isLike(text: string, pattern: string): boolean {
  const characters = [...text]
  const steps = stepsOf(pattern)
  let [at, step] = [0, 0]
  let [lastAny, heldAt] = [-1, 0]
  while (at < characters.length) {
    const wanted = steps[step]
    if (wanted === 'any') {
      lastAny = step++
      heldAt = at
    } else if (wanted !== undefined && (wanted === 'one' || wanted.is === characters[at])) {
      at++
      step++
    } else if (lastAny >= 0) {
      at = ++heldAt
      step = lastAny + 1
    } else return false
  }
  while (steps[step] === 'any') step++
  return step === steps.length
}

type Step = 'any' | 'one' | { readonly is: string }

function stepsOf(pattern: string): readonly Step[] {
  const steps: Step[] = []
  const characters = [...pattern]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ''
    if (character === '%') steps.push('any')
    else if (character === '_') steps.push('one')
    else steps.push({ is: character === '\\' ? (characters[++at] ?? '') : character })
  }
  return steps
}
