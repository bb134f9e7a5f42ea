import type { Log, LogFields } from '../ports/log.ts'

// Declared here, for the reason in bytes.ts.
declare const console: { [Name in keyof Log]: (...line: readonly unknown[]) => void }

/** The log of who names none: the sentence first, and behind it the fields that have a value. */
export const consoleLog: Log = {
  info: (fields, message) => console.info(...lineOf(fields, message)),
  warn: (fields, message) => console.warn(...lineOf(fields, message)),
  error: (fields, message) => console.error(...lineOf(fields, message)),
}

function lineOf(fields: LogFields, message: string): readonly unknown[] {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined)
  return known.length === 0 ? [message] : [message, Object.fromEntries(known)]
}
