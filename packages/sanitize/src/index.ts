export { type PlainTextOptions, plainText } from './plain-text.ts'
export { safeHtml } from './safe-html.ts'
export type { SafeHtmlOptions } from './safe-html-options.ts'
export type { TextSchema } from './text-schema.ts'
