/** What a line of the log is about, as fields that a log can be searched by. Never a token, a key or a payload. */
export interface LogFields {
  readonly channel?: string | undefined
  /** The id of a session, as its client got it in `baro:connected`. */
  readonly session?: string | undefined
  /** The id of a user. */
  readonly user?: string | undefined
  /** An error code, a close code, or the reason of a reset. */
  readonly code?: string | number | undefined
  /** Where an error code is explained: a path of the hub. */
  readonly docs?: string | undefined
}

/**
 * Where a hub writes what a person should know. A `pino` logger fits as it is, and so does `console`.
 *
 * @example
 * ```ts
 * const hub = createHub({ channels: [room], log: pino() })
 * ```
 */
export interface Log {
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}
