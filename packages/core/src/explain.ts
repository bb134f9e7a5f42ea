import { errorChapters } from './error-chapters.ts'
import { type ErrorCode, errorCodes } from './errors.ts'

/** A language in which errors are explained. */
export type ExplainedIn = keyof typeof errorChapters

/** Whether a text is one of the closed table of error codes. */
export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCodes, text)
}

/**
 * What an error code means, and what to do: its chapter of `docs/errors.md`, as plain text. A hub answers with it at
 * `/baro/errors/CODE`. It is a door of its own, because no page of a browser has to load the texts.
 *
 * @example
 * ```ts
 * console.log(explainError('not-accepted'))
 * console.log(explainError('not-accepted', 'ko'))
 * ```
 */
export function explainError(code: ErrorCode, language: ExplainedIn = 'en'): string {
  return errorChapters[language][code]
}

/** Where a hub explains an error, below its own path. */
export function explanationPath(code: ErrorCode): string {
  return `/errors/${code}`
}
