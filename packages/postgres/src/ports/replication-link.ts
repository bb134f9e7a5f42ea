/**
 * A connection over which a server sends its log of changes. It is a session of its own, and runs one thing at a time.
 *
 * Duties: `frame` gets each frame once and in order, with bytes that are valid during the call only. After `lost`, or after
 * `end`, nothing is called any more.
 */
export interface ReplicationLink {
  /** Runs one statement, or one command of replication. Not while it streams. */
  query<Row extends object>(sql: string): Promise<readonly Row[]>
  /** Begins to stream. What ends the stream is told by `lost`. */
  stream(command: string, frame: (bytes: Buffer) => void): void
  /** Tells the server something while it streams. */
  send(bytes: Buffer): void
  /** Reads nothing until `resume`, so that the server waits. */
  pause(): void
  resume(): void
  end(): Promise<void>
}
