import { expect, test } from 'vitest'
import { type Language, languages } from '../../examples/site/i18n/languages.ts'
import { type Part, textsIn, wordsIn } from '../../examples/site/i18n/words.ts'

/** Every text of a language, with where it stands; a phrase is one for each of its forms. */
function textsOf(language: Language): readonly (readonly [string, string])[] {
  const inside = (value: unknown, path: string): readonly (readonly [string, string])[] =>
    typeof value === 'string'
      ? [[path, value]]
      : Object.entries(value ?? {}).flatMap(([name, inner]) => inside(inner, `${path}.${name}`))
  return inside(textsIn(language, parts), '')
}

const parts = Object.keys(wordsIn('en')) as Part[]
const pathOf = (path: string) => path.replace(/\.say(\.\w+)?$/, '.say')

/** By its place, which values a text names: `{0}`, `{time}`. */
function valuesOf(language: Language): ReadonlyMap<string, string> {
  const named = new Map<string, Set<string>>()
  for (const [path, text] of textsOf(language)) {
    const values = named.get(pathOf(path)) ?? new Set()
    for (const [value] of text.matchAll(/\{\w+\}/g)) values.add(value)
    named.set(pathOf(path), values)
  }
  return new Map([...named].map(([path, values]) => [path, [...values].sort().join(' ')]))
}

test('both languages say the same things, of the same values', () => {
  const [first, ...others] = languages.map((language) => [...valuesOf(language)])
  expect(first?.filter(([, values]) => values).length).toBeGreaterThan(70)
  for (const other of others) expect(other).toEqual(first)
})

test('Korean uses the words of the field, and none that were translated word by word', () => {
  const foreign = /그린|그려|흐름|(?<!요)청[하한]|겹친|쓰는 중|그만둠|바쁩|이어받으며|뜨기|그립니다|^처음$|^전송$/
  expect(textsOf('ko').filter(([, text]) => foreign.test(text))).toEqual([])
})

test('sentences in Korean end politely (합니다체)', () => {
  const sentences = textsOf('ko').flatMap(([path, text]) =>
    (text.match(/[가-힣]+(?=\.(?:\s|$))/g) ?? []).map((ending) => [path, ending] as const),
  )
  expect(sentences.length).toBeGreaterThan(50)
  // A label may end with a noun; a sentence with a verb ends in 니다 or 세요.
  const plain = /(?:[^니]다|한다|된다|이야|해요|어요|아요|에요)$/
  expect(sentences.filter(([, ending]) => plain.test(ending))).toEqual([])
})

test('what a page of the build or of a lost stream says, names no count of what is missing', () => {
  for (const language of languages) {
    const { live } = wordsIn(language)
    for (const reason of Object.values(live.reasons)) expect(live.reset(reason, 3)).not.toMatch(/missing|누락 \d/)
  }
})
