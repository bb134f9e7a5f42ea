import type { Schema } from '@baro/core'

/** A Standard Schema of a text that comes out cleaned. It runs on the server, once, when a payload arrives. */
export interface TextSchema extends Schema<string> {
  /**
   * Cleans a text, for a schema of many fields: `z.object({ body: z.string().max(2_000).transform(safeHtml().clean) })`.
   * It does not look at the length: bound it before, as here.
   *
   * @throws {BaroError} `bad-definition` for `safeHtml` in a browser, which does not bring the sanitizer.
   */
  readonly clean: (text: string) => string
}

/** The longest text if nothing else is said, in characters (UTF-16). */
export const usualMaxLength = 10_000

/** Makes the schema. `maxLength` bounds what comes in, before any work, and what comes out. */
export function textSchema(maxLength: number, clean: (text: string) => string): TextSchema {
  const tooLong = { issues: [{ message: `is longer than ${maxLength} characters` }] }
  return {
    clean,
    '~standard': {
      version: 1,
      vendor: 'baro',
      validate(value) {
        if (typeof value !== 'string') return { issues: [{ message: 'is no text' }] }
        if (value.length > maxLength) return tooLong
        const cleaned = clean(value)
        return cleaned.length > maxLength ? tooLong : { value: cleaned }
      },
    },
  }
}
