/**
 * The door for browsers, which import the definition of a channel and never run its schemas. The sanitizer is 200 kB, so it
 * stays on the server.
 */
import { BaroError } from '@baro/core'
import type { SafeHtmlOptions } from './safe-html-options.ts'
import { type TextSchema, textSchema, usualMaxLength } from './text-schema.ts'

export { type PlainTextOptions, plainText } from './plain-text.ts'
export type { SafeHtmlOptions } from './safe-html-options.ts'
export type { TextSchema } from './text-schema.ts'

/** The same definition as on the server. It throws instead of letting anything pass. */
export function safeHtml({ maxLength = usualMaxLength }: SafeHtmlOptions = {}): TextSchema {
  return textSchema(maxLength, () => {
    throw new BaroError(
      'bad-definition',
      'safeHtml runs on the server. In a browser, show HTML that came from the hub.',
    )
  })
}
