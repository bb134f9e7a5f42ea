/** Where a client writes what a developer should know, in sentences. `console` fits. */
export interface ClientLog {
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}
