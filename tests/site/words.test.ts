import { expect, test } from 'vitest'
import { languages } from '../../examples/site/i18n/languages.ts'
import { wordsIn } from '../../examples/site/i18n/words.ts'

/** Every text of a language, with functions called as the site calls them: by numbers, or by texts. */
function textsOf(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value === 'string') return [[path, value]]
  if (typeof value === 'function') return textsOf(called(value as (...args: unknown[]) => unknown, path), path)
  return Object.entries(value ?? {}).flatMap(([name, inner]) => textsOf(inner, `${path}.${name}`))
}

function called(say: (...args: unknown[]) => unknown, path: string): unknown {
  if (path.endsWith('.typing')) return say(['A'])
  if (path.endsWith('measured.lead')) return say({ node: 20, cores: 2, processor: 'AMD' })
  return say(...Array.from({ length: say.length }, () => 3))
}

test('both languages say the same things', () => {
  const [first, ...others] = languages.map((language) => textsOf(wordsIn(language)).map(([path]) => path))
  for (const other of others) expect(other).toEqual(first)
})

test('Korean uses the words of the field, and none that were translated word by word', () => {
  const foreign = /그린|그려|흐름|(?<!요)청[하한]|겹친|쓰는 중|그만둠|바쁩|이어받으며|뜨기|그립니다|^처음$|^전송$/
  expect(textsOf(wordsIn('ko')).filter(([, text]) => foreign.test(text))).toEqual([])
})

test('sentences in Korean end politely (합니다체)', () => {
  const sentences = textsOf(wordsIn('ko')).flatMap(([path, text]) =>
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
