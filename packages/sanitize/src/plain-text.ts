import { checkedOptions, type OptionRules, whole } from '@baro/core/protocol'
import { cleanCharacters } from './characters.ts'
import { type TextSchema, textSchema, usualMaxLength } from './text-schema.ts'

/** What `plainText` takes. */
export interface PlainTextOptions {
  /** The longest text, in characters (UTF-16). A longer one is refused, not cut. Default 10,000. */
  readonly maxLength?: number
}

const rules: OptionRules<PlainTextOptions> = { maxLength: whole('characters', 1) }

/**
 * A text and nothing else: a string in NFC, of a bounded length, without control characters and without marks that turn the direction of
 * what follows. Lines end with a line feed. Nothing is escaped, and a tag is kept as the text that it is: whoever renders
 * it as text (React does) shows what was written.
 *
 * @throws {BaroError} `bad-definition` if an option makes no sense.
 *
 * @example
 * ```ts
 * export const room = channel('room:{id}', { events: { message: plainText({ maxLength: 2_000 }) } })
 * ```
 */
export function plainText(options: PlainTextOptions = {}): TextSchema {
  const { maxLength = usualMaxLength } = checkedOptions('plainText', options, rules)
  return textSchema(maxLength, cleanCharacters)
}
