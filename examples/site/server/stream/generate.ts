import type { Language } from '../../i18n/languages.ts'
import { sentences } from './sentences.ts'

/** Roughly what a language model would call a token: some letters of a word. */
const tokenLength = 3

const sentencesOfText = 24
const sentencesOfParagraph = 4

/** No sentence has more words: a chain that finds no end would go in circles. */
const maxWords = 24

/**
 * Makes a text, token by token, for the site to stream: a Markov chain over some sentences of its own, which knows nothing and
 * asks nobody. What takes its place in an application is a language model.
 *
 * @param random From 0 up to 1.
 */
export function* generate(prompt: string, language: Language, random: () => number): Generator<string> {
  const { opening, chain, firsts } = models[language]
  yield* tokensOf(opening(prompt))
  for (let written = 1; written <= sentencesOfText; written++) {
    yield* tokensOf(sentence(firsts, chain, random))
    yield written % sentencesOfParagraph === 0 ? '\n\n' : ' '
  }
}

interface Model {
  readonly opening: (prompt: string) => string
  /** The words that begin a sentence. */
  readonly firsts: readonly string[]
  /** The words that may follow a word. */
  readonly chain: ReadonlyMap<string, readonly string[]>
}

const models: Readonly<Record<Language, Model>> = {
  en: modelOf(sentences.en, (prompt) => `About “${prompt}”, then. `),
  ko: modelOf(sentences.ko, (prompt) => `‘${prompt}’에 대해 써 보겠습니다. `),
}

function modelOf(read: readonly string[], opening: Model['opening']): Model {
  const chain = new Map<string, string[]>()
  const split = read.map((one) => one.split(' '))
  for (const words of split)
    for (const [index, word] of words.entries()) {
      const next = words[index + 1]
      if (next !== undefined) chain.set(word, [...(chain.get(word) ?? []), next])
    }
  return { opening, chain, firsts: split.map(([first = '']) => first) }
}

function sentence(firsts: Model['firsts'], chain: Model['chain'], random: () => number): string {
  const pick = (from: readonly string[]) => from[Math.floor(random() * from.length)]
  const words: string[] = []
  for (let word = pick(firsts); word !== undefined && words.length < maxWords; word = pick(chain.get(word) ?? []))
    words.push(word)
  const text = words.join(' ')
  return text.endsWith('.') ? text : `${text}.`
}

/** By code points, so that no token is half of one. */
function* tokensOf(text: string): Generator<string> {
  const points = Array.from(text)
  for (let at = 0; at < points.length; at += tokenLength) yield points.slice(at, at + tokenLength).join('')
}
