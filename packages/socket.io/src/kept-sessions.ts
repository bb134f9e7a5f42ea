/**
 * Sessions of clients that were cut off. They are kept in the broker, a channel for each, so that any node finds them, and
 * so does the same one after a restart. Who has come back has taken its session: it is not found twice.
 *
 * A node may not have noticed yet that its client is gone. So whoever finds nothing asks the others to let go of it, and
 * looks again.
 */
import type { Json } from '@baro/core'
import type { NodeMessage } from '@baro/core/broker'
import { createId, readJson, writeJson } from '@baro/core/protocol'
import type { GatewayHost } from '@baro/server/parts'
import type { KeptTrail } from './trail.ts'

/** What is kept of a client that was cut off. */
export interface KeptSession {
  readonly namespace: string
  readonly sid: string
  readonly pid: string
  readonly rooms: readonly string[]
  readonly data: unknown
  /** Whose it is; absent for a guest. */
  readonly user?: string
  readonly trail: KeptTrail
}

/** What keeping sessions works with. */
export interface KeptSessionsParts {
  readonly host: GatewayHost
  readonly windowMs: number
  /** The name of this node, with which the private ids of its sessions begin. */
  readonly node: string
  /** Lets go of a client of this node; resolves with whether there was one, once its session is kept. */
  readonly release: (pid: string) => Promise<boolean>
}

/** How long another node has to let go of a client. */
const releaseWithinMs = 1_000

/** The longest session that is kept, in bytes of JSON. `socket.data` is part of it. */
const maxSessionBytes = 256 << 10

export class KeptSessions {
  readonly #parts: KeptSessionsParts
  readonly #waiting = new Map<string, Set<() => void>>()
  readonly #keeping = new Set<Promise<unknown>>()

  constructor(parts: KeptSessionsParts) {
    this.#parts = parts
  }

  /** Keeps the session of a client that is gone. One that cannot be kept is logged, and its client begins again. */
  async keep(session: KeptSession): Promise<void> {
    const text = textOf(session)
    if (text === undefined || text.length > maxSessionBytes)
      return this.#parts.host.log.warn(
        {},
        `The session of a Socket.IO client is not kept: its data is ${text === undefined ? 'no JSON' : 'too long'}.`,
      )
    await this.#append(session.pid, 'session', text)
  }

  /** Takes the session of a client that comes back; `undefined` if there is none. */
  async take(pid: string): Promise<KeptSession | undefined> {
    if (!/^[\w-]{20,64}$/.test(pid)) return undefined
    const isHere = await this.#parts.release(pid)
    const found = await this.#read(pid)
    if (found || isHere || pid.startsWith(this.#parts.node)) return this.#taken(pid, found)
    await this.#askOthers(pid)
    return this.#taken(pid, await this.#read(pid))
  }

  /** What another node says. */
  async heard({ type, payload }: NodeMessage): Promise<void> {
    const pid = String(payload)
    if (type === releasedType) for (const wake of this.#waiting.get(pid) ?? []) wake()
    if (type === releaseType && (await this.#parts.release(pid)))
      await this.#parts.host.broker.tell({ type: releasedType, payload: pid })
  }

  /** Resolves when nothing is on its way to the broker. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#keeping)
  }

  async #taken(pid: string, found: KeptSession | undefined): Promise<KeptSession | undefined> {
    if (found) await this.#append(pid, 'taken', 'null')
    return found
  }

  async #askOthers(pid: string): Promise<void> {
    const { host } = this.#parts
    const released = new Promise<void>((resolve) => {
      const done = () => {
        cancel()
        waiting.delete(done)
        if (waiting.size === 0) this.#waiting.delete(pid)
        resolve()
      }
      const cancel = host.clock.after(releaseWithinMs, done)
      const waiting = this.#waiting.get(pid) ?? new Set()
      this.#waiting.set(pid, waiting.add(done))
    })
    await host.broker.tell({ type: releaseType, payload: pid })
    await released
  }

  async #read(pid: string): Promise<KeptSession | undefined> {
    const { broker, clock } = this.#parts.host
    const { publications } = await broker.read(channelOf(pid), { limit: 1, bytes: 2 * maxSessionBytes })
    const last = publications.at(-1)
    if (last?.type !== 'session' || last.time + this.#parts.windowMs < clock.now()) return undefined
    return readJson(String(last.payload)) as KeptSession
  }

  async #append(pid: string, type: string, payload: Json): Promise<void> {
    const { broker, clock, randomness } = this.#parts.host
    const entry = { type, payload, id: createId(randomness), time: clock.now() }
    const bounds = { size: 1, ttlMs: this.#parts.windowMs, bytes: 2 * maxSessionBytes }
    const appending = Promise.resolve(broker.append(channelOf(pid), [entry], bounds))
    this.#keeping.add(appending)
    try {
      await appending
    } finally {
      this.#keeping.delete(appending)
    }
  }
}

/** The messages between nodes. */
export const releaseType = 'socket.io:release'
export const releasedType = 'socket.io:released'

/** No definition matches it: its first segment is nobody's. */
function channelOf(pid: string): string {
  return `baro~socket.io:${pid}`
}

function textOf(session: KeptSession): string | undefined {
  try {
    return writeJson(session)
  } catch {
    return undefined
  }
}
