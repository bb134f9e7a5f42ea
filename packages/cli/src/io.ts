import type { Clock } from '@baro/core/broker'

/** Text that somebody reads: a terminal, a file, a test. */
export interface Sink {
  /** Whether a person looks at it, so that it may have colours. */
  readonly isTerminal: boolean
  write(text: string): unknown
}

/** All that the command has of the world around it, besides the network and the files that `init` looks at. */
export interface Io {
  readonly out: Sink
  /** For what is no result: errors, notes, progress. */
  readonly err: Sink
  /** `undefined` where nothing is piped in. */
  readonly input: AsyncIterable<string | Uint8Array> | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folder: string
  /** Aborted by Ctrl-C. */
  readonly interrupted: AbortSignal
  readonly clock: Clock
  /** Asks a person; `false` where there is none. */
  confirm(question: string): Promise<boolean>
}
