import type { Json } from '@baro/core'
import type { Cancel, Clock } from '@baro/core/broker'
import { parseFrame, parseJson } from '@baro/core/protocol'
import type { FrameRead, LinkTap } from '../ports/socket.ts'
import type { HubSession } from '../session/sessions.ts'
import type { SeenFrame, SeenFrames } from './inspection.ts'
import { shown } from './shown.ts'

/** Frames of one link that are kept for who looks. */
const mostFrames = 500

/** How long nobody needs to ask until nobody looks any more. */
const lookMs = 15_000

/** Links that are looked at in one moment. */
const mostLinks = 20

/** What secrets are called in our own messages. */
const secrets = ['token', 'client', 'producer'] as const

/** What looking at frames works with. */
export interface LinkFramesParts {
  readonly clock: Pick<Clock, 'now' | 'after'>
  /** The private fields of all channels: a frame may hold several of them. */
  readonly privateNames: () => readonly string[]
  readonly find: (session: string) => HubSession | undefined
}

interface Look {
  readonly frames: SeenFrame[]
  count: number
  hasFrames: boolean
  stop: () => void
  over: Cancel
}

/** The frames of links, for as long as somebody looks at them. */
export class LinkFrames {
  readonly #parts: LinkFramesParts
  readonly #looks = new Map<string, Look>()

  constructor(parts: LinkFramesParts) {
    this.#parts = parts
  }

  /** What came after a number. Begins to look, or goes on. */
  after(session: string, number: number): SeenFrames {
    const look = this.#looks.get(session) ?? this.#begin(session)
    if (!look) return { session, hasFrames: false, frames: [], next: 0 }
    look.over()
    look.over = this.#parts.clock.after(lookMs, () => this.#end(session))
    return {
      ...{ session, hasFrames: look.hasFrames, next: look.count },
      frames: look.frames.filter((frame) => frame.number > number),
    }
  }

  /** Nobody looks any more. */
  close(): void {
    for (const session of [...this.#looks.keys()]) this.#end(session)
  }

  #begin(session: string): Look | undefined {
    const found = this.#parts.find(session)
    if (!found || this.#looks.size >= mostLinks) return undefined
    const look: Look = { frames: [], count: 0, hasFrames: false, stop: () => {}, over: () => {} }
    const names = new Set([...secrets, ...this.#parts.privateNames()])
    const take = (way: SeenFrame['way'], read: FrameRead): void => {
      look.frames.push(this.#seen(++look.count, way, read, names))
      if (look.frames.length > mostFrames) look.frames.shift()
    }
    const tap: LinkTap = {
      heard: (data) => take('in', readIn(data)),
      said: (frames) => {
        for (const frame of frames) take('out', frame)
      },
    }
    const stop = found.tap(tap)
    look.hasFrames = stop !== undefined
    look.stop = stop ?? look.stop
    this.#looks.set(session, look)
    return look
  }

  #end(session: string): void {
    const look = this.#looks.get(session)
    look?.over()
    look?.stop()
    this.#looks.delete(session)
  }

  #seen(number: number, way: SeenFrame['way'], read: FrameRead, names: ReadonlySet<string>): SeenFrame {
    const { kind, bytes, isCompressed, data } = read
    const parsed = data === undefined ? undefined : typeof data === 'string' ? parseJson(data) : parseFrame(data)
    const message = parsed?.ok && isObject(parsed.value) ? parsed.value : undefined
    return {
      ...{ number, atMs: this.#parts.clock.now(), way, kind, bytes, isCompressed },
      type: textIn(message, 'type'),
      channel: textIn(message?.payload, 'channel'),
      message: message && shown(message, names),
    }
  }
}

function readIn(data: string | Uint8Array): FrameRead {
  const isText = typeof data === 'string'
  return { kind: isText ? 'text' : 'binary', bytes: Buffer.byteLength(data), isCompressed: false, data }
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
}

function textIn(value: Json | undefined, name: string): string | undefined {
  const text = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
  return typeof text === 'string' ? text.slice(0, 256) : undefined
}
