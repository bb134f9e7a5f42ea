/** Line ends of other systems, and those that only Unicode has. */
const lineEnds = /\r\n?|[\u0085\u2028\u2029]/g

/**
 * What no writer types, and what changes how the text around it is read: control characters but tab and line feed, marks that turn the
 * direction of what follows, the byte order mark, annotations, and numbers that are no character. The marks that only say
 * the direction of a neighbour (U+200E, U+200F, U+061C) and the joiners stay: Arabic, Hebrew, Persian and emoji need them.
 */
const unwanted = /(?![\t\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]|\p{Noncharacter_Code_Point}/gu

/** Half of a character: no encoder can write it. */
const halves = /\p{Surrogate}/gu

/** The same text in NFC, without what `unwanted` says. Applied twice it changes nothing. */
export function cleanCharacters(text: string): string {
  // NFC comes last: what stood between a letter and its accent is gone by then.
  return text.replace(lineEnds, '\n').replace(unwanted, '').replace(halves, '\ufffd').normalize('NFC')
}
