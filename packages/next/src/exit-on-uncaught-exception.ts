const mark = Symbol.for('baro.exits')

/**
 * Gives Node's default back to a process in which Next listens for uncaught exceptions and goes on: the error is printed
 * and the process ends with code 1. Doing it again changes nothing.
 */
export function exitOnUncaughtException(): void {
  if (process.listeners('uncaughtException').some((listener) => mark in listener)) return
  process.on('uncaughtException', Object.assign(exit, { [mark]: true }))
}

function exit(error: unknown): void {
  console.error('Nobody caught this exception, so the process ends:', error)
  process.exit(1)
}
