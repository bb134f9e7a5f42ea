/** Where a hub writes what a person should know. `console` and a `pino` logger both fit. */
export interface Log {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}
