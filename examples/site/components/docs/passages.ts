/** A part of a guide, from one heading to the next. */
export interface Passage {
  /** Where it is on this site. */
  readonly href: string
  /** The title of its guide. */
  readonly guide: string
  readonly heading: string
  readonly text: string
}

/** A passage that was found, with some words around what was looked for. */
export interface Found extends Pick<Passage, 'href' | 'guide' | 'heading'> {
  readonly around: string
}

/** What is shown of a passage, in characters. */
const aroundLength = 90

/** Finds the passages for a question: at most so many. */
export type FindPassages = (question: string, most: number) => readonly Found[]

/**
 * Looks for the passages that hold every word of a question, those first that have them in their heading. A word may be a part of
 * one: Korean particles follow their word without a space. What is looked through is folded once, and not for each letter that is typed.
 */
export function searchIn(passages: readonly Passage[]): FindPassages {
  const all = passages.map((passage) => ({
    passage,
    heading: folded(`${passage.guide} ${passage.heading}`),
    text: folded(passage.text),
  }))
  return (question, most) => {
    const words = folded(question).split(/\s+/).filter(Boolean)
    if (words.length === 0) return []
    const ranked = all.flatMap(({ passage, heading, text }, order) => {
      if (!words.every((word) => heading.includes(word) || text.includes(word))) return []
      const inHeading = words.filter((word) => heading.includes(word)).length
      return [{ passage, text, rank: inHeading, order }]
    })
    ranked.sort((one, other) => other.rank - one.rank || one.order - other.order)
    return ranked.slice(0, most).map(({ passage, text }) => {
      const { href, guide, heading } = passage
      return { href, guide, heading, around: aroundWord(passage.text, text, words) }
    })
  }
}

/** A heading may be typed on a Mac, which writes Hangul in its letters (NFD). */
function folded(text: string): string {
  return text.normalize('NFC').toLowerCase()
}

function aroundWord(text: string, foldedText: string, words: readonly string[]): string {
  const places = words.map((word) => foldedText.indexOf(word)).filter((place) => place >= 0)
  const from = Math.max(0, Math.min(...places, text.length) - aroundLength / 3)
  const start = from === 0 || places.length === 0 ? 0 : text.indexOf(' ', from) + 1
  const part = text.slice(start, start + aroundLength)
  return `${start > 0 ? '… ' : ''}${part}${start + aroundLength < text.length ? ' …' : ''}`
}
