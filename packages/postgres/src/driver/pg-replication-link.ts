/** A connection for replication, made by the client class of a Pool of `pg`, with the settings of that Pool. */
import { Socket, type SocketConstructorOpts } from 'node:net'
import type { PgPool } from '../ports/driver.ts'
import type { ReplicationLink } from '../ports/replication-link.ts'

/** What we use of a client of `pg` that no Pool holds. */
interface ReplicatingClient {
  connect(): Promise<unknown>
  end(): Promise<void>
  query(sql: string): Promise<{ rows: unknown[] }>
  query(submittable: Streaming): unknown
  on(event: 'error' | 'end', heard: (error?: unknown) => void): unknown
}

/** A Pool as it is beside what its types say: it knows how its clients are made. */
interface ReplicatingPool {
  readonly options: { readonly password?: unknown; readonly stream?: unknown }
  readonly Client: new (settings: object) => ReplicatingClient
}

/** The connection of a client, as it comes with the protocol of `pg` for queries of others (`Submittable`). */
interface PgConnection {
  query(sql: string): void
  sendCopyFromChunk(bytes: Buffer): void
  readonly stream: { pause(): unknown; resume(): unknown; destroy(): unknown }
}

export function canReplicate(pool: PgPool): boolean {
  const { options, Client } = pool as unknown as Partial<ReplicatingPool>
  return typeof options === 'object' && typeof Client === 'function'
}

/** Opens it. Each setting decides how a value becomes text; they are those of snapshots and of the log. */
export async function openReplicationLink(pool: PgPool, lost: (error: unknown) => void): Promise<ReplicationLink> {
  const { options, Client } = pool as unknown as ReplicatingPool
  const client = new Client({
    ...options,
    // A Pool hides it from those who print its options.
    password: options.password,
    replication: 'database',
    application_name: linkName,
    keepAlive: true,
    stream: options.stream ?? (() => new Socket(promptly)),
    // A stream never ends, and a slot is made when all transactions that run have ended.
    query_timeout: 0,
    statement_timeout: 0,
  })
  let isOver = false
  const broke = (error?: unknown) => {
    if (isOver) return
    isOver = true
    streaming?.connection?.stream.destroy()
    lost(error ?? new Error('The connection for replication ended.'))
  }
  let streaming: Streaming | undefined
  // They stay, because a client that breaks may tell it twice.
  client.on('error', broke)
  client.on('end', broke)
  await client.connect()
  try {
    await client.query(
      "set timezone = 'UTC'; set datestyle = 'ISO'; set intervalstyle = 'iso_8601'; set bytea_output = 'hex'; set extra_float_digits = 1; set lock_timeout = 0",
    )
  } catch (error) {
    isOver = true
    await client.end().catch(() => {})
    throw error
  }
  return {
    async query<Row extends object>(sql: string) {
      return (await client.query(sql)).rows as readonly Row[]
    },
    stream(command, frame) {
      streaming = new Streaming(command, (bytes) => isOver || frame(bytes), broke)
      client.query(streaming)
    },
    send: (bytes) => void (isOver || streaming?.connection?.sendCopyFromChunk(bytes)),
    pause: () => void streaming?.connection?.stream.pause(),
    resume: () => void streaming?.connection?.stream.resume(),
    async end() {
      const wasOver = isOver
      isOver = true
      if (!streaming) return client.end().catch(() => {})
      // A server that streams does not hear a good-bye, so the socket is cut.
      if (wasOver) return
      // A socket that is cut is an error to the client, and then its end.
      const ended = new Promise<void>((resolve) => void client.on('end', () => resolve()))
      streaming.connection?.stream.destroy()
      await ended
    },
  }
}

/**
 * A socket that is paused stops at the next bytes, and not when 64 kB of them have come: until then each of them would still be read by itself. The
 * types do not know what a socket passes on to its stream.
 */
const promptly = { highWaterMark: 1 } as SocketConstructorOpts

/** The name under which the server shows the connection. */
export const linkName = 'baro feed'

/** A query of `pg` that never ends: what comes as a copy goes on as frames. */
class Streaming {
  connection: PgConnection | undefined
  readonly #command: string
  readonly #frame: (bytes: Buffer) => void
  readonly #ended: (error?: unknown) => void

  constructor(command: string, frame: (bytes: Buffer) => void, ended: (error?: unknown) => void) {
    this.#command = command
    this.#frame = frame
    this.#ended = ended
  }

  submit(connection: PgConnection): void {
    this.connection = connection
    connection.query(this.#command)
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    this.#frame(chunk)
  }

  handleError(error: unknown): void {
    this.#ended(error)
  }

  handleReadyForQuery(): void {
    this.#ended(new Error('The server ended the stream of changes.'))
  }

  handleCommandComplete(): void {}
  handleRowDescription(): void {}
  handleDataRow(): void {}
  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}
