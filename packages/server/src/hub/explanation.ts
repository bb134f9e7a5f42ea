import type { IncomingHttpHeaders } from 'node:http'
import { type ExplainedIn, explainError, explanationPath, isErrorCode } from '@baro/core/explain'
import { bestLanguage } from '../transports/http/best-language.ts'

const languages: readonly ExplainedIn[] = ['en', 'ko']

/** Where a hub at `path` explains an error; `undefined` for a code that is none of the table, such as that of a reset. */
export function docsOf(path: string, code: string): string | undefined {
  return isErrorCode(code) ? path + explanationPath(code) : undefined
}

/**
 * What an error means, in the language of who asks.
 *
 * @param rest What follows the path of the hub.
 * @returns `undefined` if no error is explained there.
 */
export function explanationAt(
  rest: string,
  { 'accept-language': asked = '' }: IncomingHttpHeaders,
): string | undefined {
  const code = /^\/errors\/([a-z-]+)$/.exec(rest)?.[1] ?? ''
  return isErrorCode(code) ? `${code}\n\n${explainError(code, bestLanguage(languages, asked))}\n` : undefined
}
