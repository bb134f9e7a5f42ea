import { BaroError } from '@baro/core'

/** SQLSTATEs of what does not pass by itself: a table, a column or a right that is not there. */
const definite = ['42P01', '42703', '42501', '3F000', '42883', '42601', '42P02']

/**
 * What a failure of the database means for who asked: `bad-definition` if somebody has to mend something, otherwise
 * `unavailable`. An error that is none of the database's stays as it is.
 */
export function asDatabaseError(error: unknown, what: string): unknown {
  if (error instanceof BaroError || !(error instanceof Error)) return error
  const { code } = error as { readonly code?: unknown }
  const isDefinite = typeof code === 'string' && definite.includes(code)
  return new BaroError(isDefinite ? 'bad-definition' : 'unavailable', `${what}: ${error.message}`, { cause: error })
}
