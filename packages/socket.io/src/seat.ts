import { BaroError } from '@baro/core'
import type { AtPosition } from '@baro/core/protocol'
import type { Followed, Participant } from '@baro/server'
import type { Batch, BoundedQueue, Dialect, Outlet, RoomWaiter } from '@baro/server/parts'
import type { Socket } from 'socket.io'
import { tagOf } from './broadcast-id.ts'
import { type InnerSocket, innerSocket } from './insides.ts'
import type { Memberships } from './memberships.ts'
import type { Encoded, Speech, Spoken, SpokenBatch, SpokenSignal } from './spoken.ts'
import { Trail } from './trail.ts'
import type { WriteQueue } from './write-queue.ts'

/** What a seat works with. */
export interface SeatParts {
  readonly participant: Participant
  readonly memberships: Memberships
  readonly speech: Speech
  readonly queue: WriteQueue
  /** A channel may not be followed any more. */
  readonly refused: (channel: string, error: BaroError) => void
  /** Messages of a channel are lost for this client. */
  readonly lost: (channel: string) => void
}

/** Ids of broadcasts to several channels that are remembered. */
const maxSiblings = 100

/** One socket in the channels of its rooms: what it follows, and what it was sent. Nothing is sent before it is open. */
export class Seat {
  readonly participant: Participant
  readonly #parts: SeatParts
  readonly #rooms = new Map<string, RoomOutlet>()
  readonly #tags = new Map<string, string>()
  readonly #siblings = new Set<string>()
  /** Who waits until the seat is open. */
  readonly #waiters = new Set<RoomWaiter>()
  #trail = new Trail()
  #socket: InnerSocket | undefined
  #sitting: Socket | undefined
  isEnded = false
  isOpen = false

  constructor(parts: SeatParts) {
    this.#parts = parts
    this.participant = parts.participant
  }

  get trail(): Trail {
    return this.#trail
  }

  get queue(): WriteQueue {
    return this.#parts.queue
  }

  get speech(): Speech {
    return this.#parts.speech
  }

  /** Follows a channel from now on. Rejects if it may not. Calling it again changes nothing. */
  join(channel: string): Promise<void> {
    const known = this.#rooms.get(channel)
    if (known) return known.joined
    return this.#follow(channel, undefined).joined
  }

  /** Whether a channel is joined, or is being joined. */
  isIn(channel: string): boolean {
    return this.#rooms.has(channel)
  }

  /** Whether what is published in a channel from now on reaches the socket. */
  hasJoined(channel: string): boolean {
    return this.#rooms.get(channel)?.isAnswered === true
  }

  leave(channel: string): void {
    this.#rooms.get(channel)?.end()
    this.#rooms.delete(channel)
    this.#trail.left(channel)
    this.#parts.memberships.end(channel)
  }

  /** Goes on where the client was. Resolves with whether nothing is lost; if something is, the seat is of no use. */
  async resume(positions: ReadonlyMap<string, AtPosition>, trail: Trail): Promise<boolean> {
    this.#trail = trail
    const joining = [...positions].map(([channel, position]) => this.#follow(channel, position).joined)
    return (await Promise.allSettled(joining)).every(({ status }) => status === 'fulfilled')
  }

  /** The socket is connected, and may be written to. */
  seat(socket: Socket): void {
    this.#socket = innerSocket(socket)
    this.#sitting = socket
    for (const channel of this.#rooms.keys()) this.hereIn(channel)
  }

  /** It is a member where it has joined, once there is a socket that tells of itself. */
  hereIn(channel: string): void {
    if (this.#sitting && !this.isEnded && this.hasJoined(channel)) this.#parts.memberships.begin(this.#sitting, channel)
  }

  /** The client has been told so: from now on it is sent what happens in its rooms. */
  open(): void {
    if (this.isEnded || this.isOpen) return
    this.isOpen = true
    for (const room of this.#rooms.values()) room.opened()
    const waiting = [...this.#waiters]
    this.#waiters.clear()
    for (const waiter of waiting) waiter.hasRoom()
  }

  end(): void {
    if (this.isEnded) return
    this.isEnded = true
    // First, because a client that is cut off may come back, and has not left its rooms.
    this.participant.end()
    for (const room of this.#rooms.values()) room.end()
  }

  /** The socket is in a room of this name, its own one included; a broadcast may leave it out by that. */
  tag(room: string): void {
    this.#tags.set(room, tagOf(room))
  }

  untag(room: string): void {
    this.#tags.delete(room)
  }

  /** The tag of a room that the socket is in. */
  tagIn(room: string): string | undefined {
    return this.#tags.get(room)
  }

  isLeftOut(except: readonly string[]): boolean {
    if (except.length === 0) return false
    for (const tag of this.#tags.values()) if (except.includes(tag)) return true
    return false
  }

  /** Writes publications, except what leaves the socket out. */
  say({ all, encoded, frames, isForAll }: SpokenBatch): void {
    if (!isForAll) return this.#sayOneByOne(all)
    for (const { step } of all) this.#trail.sent(step)
    this.#write(encoded, frames)
  }

  sayAside({ data, except, encodings }: SpokenSignal): void {
    if (!this.isLeftOut(except)) this.write(this.#parts.speech.encodeAside(data, this.#trail.mark, true, encodings))
  }

  write(encoded: Encoded): void {
    this.#write([encoded], encoded.frame)
  }

  #sayOneByOne(all: readonly Spoken[]): void {
    for (const { encoded, step, broadcast, id } of all) {
      if (this.isLeftOut(broadcast.except)) continue
      if (broadcast.hasSiblings && this.#hasSibling(id)) continue
      this.#trail.sent(step)
      this.write(encoded)
    }
  }

  #write(all: readonly Encoded[], frames: Uint8Array | undefined): void {
    const socket = this.#socket
    if (!socket || all.length === 0) return
    for (const { packet } of all) socket.notifyOutgoingListeners(packet)
    this.#parts.queue.write(socket.client, all, frames)
  }

  /** Waits until the seat is open, or has room. */
  waitForRoom(waiter: RoomWaiter): void {
    if (this.isOpen) this.#parts.queue.waitForRoom(waiter)
    else this.#waiters.add(waiter)
  }

  stopWaiting(waiter: RoomWaiter): void {
    this.#waiters.delete(waiter)
    this.#parts.queue.stopWaiting(waiter)
  }

  #follow(channel: string, from: AtPosition | undefined): RoomOutlet {
    const room = new RoomOutlet(this, this.#parts, channel, from)
    this.#rooms.set(channel, room)
    room.begin()
    return room
  }

  #hasSibling(id: string): boolean {
    if (this.#siblings.has(id)) return true
    this.#siblings.add(id)
    const [oldest] = this.#siblings
    if (this.#siblings.size > maxSiblings && oldest !== undefined) this.#siblings.delete(oldest)
    return false
  }
}

/** One channel of a seat. */
class RoomOutlet implements Outlet<SpokenBatch, SpokenSignal>, BoundedQueue {
  readonly dialect: Dialect<SpokenBatch, SpokenSignal>
  readonly outbox: BoundedQueue = this
  /** The channel is followed. */
  readonly joined: Promise<void>
  readonly #seat: Seat
  readonly #parts: SeatParts
  readonly #channel: string
  readonly #from: AtPosition | undefined
  #followed: Followed | undefined
  isAnswered = false
  #isEnded = false
  /** What came first, if the seat was not open yet. */
  #held: SpokenBatch | undefined
  #settle: { readonly resolve: () => void; readonly reject: (error: BaroError) => void } | undefined

  constructor(seat: Seat, parts: SeatParts, channel: string, from: AtPosition | undefined) {
    this.#seat = seat
    this.#parts = parts
    this.#channel = channel
    this.#from = from
    this.dialect = parts.speech.dialect
    this.joined = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
    // Whoever joins a room need not wait for it. A refusal must not end the process.
    this.joined.catch(() => {})
  }

  begin(): void {
    try {
      const followed = this.#parts.participant.follow({ channel: this.#channel }, this.#from ?? 'now', this)
      if (this.#isEnded) followed.end()
      this.#followed = followed
    } catch (error) {
      this.failed(error)
    }
  }

  end(): void {
    this.#isEnded = true
    this.#followed?.end()
    this.#settle?.reject(new BaroError('closed', `"${this.#channel}" was left before it was joined.`))
  }

  /** The first answer is taken at once: it says whether the client can go on. What follows waits for the seat. */
  get isFull(): boolean {
    return this.#seat.isOpen ? this.#parts.queue.isFull : this.isAnswered
  }

  waitForRoom(waiter: RoomWaiter): void {
    this.#seat.waitForRoom(waiter)
  }

  stopWaiting(waiter: RoomWaiter): void {
    this.#seat.stopWaiting(waiter)
  }

  opened(): void {
    const held = this.#held
    this.#held = undefined
    if (held) this.#seat.say(held)
  }

  recovered(batch: Batch): void {
    this.isAnswered = true
    if (!this.#from && batch.follows.kind === 'at') this.#seat.trail.joined(this.#channel, batch.follows)
    const spoken = this.#parts.speech.of(batch)
    if (this.#seat.isOpen) this.#seat.say(spoken)
    else this.#held = spoken
    this.#settle?.resolve()
    this.#seat.hereIn(this.#channel)
  }

  continued(said: SpokenBatch): void {
    this.#seat.say(said)
  }

  deliver(said: SpokenBatch): void {
    this.#seat.say(said)
  }

  signal(said: SpokenSignal): void {
    this.#seat.sayAside(said)
  }

  reset(): void {
    const isFirst = !this.isAnswered
    this.isAnswered = true
    this.#settle?.reject(new BaroError('unavailable', `What follows in "${this.#channel}" is not kept any more.`))
    if (!isFirst || !this.#from) this.#parts.lost(this.#channel)
  }

  failed(error: unknown): void {
    const isFirst = !this.isAnswered
    this.isAnswered = true
    this.#isEnded = true
    const refusal = error instanceof BaroError ? error : new BaroError('unavailable', 'The channel cannot be read now.')
    this.#settle?.reject(refusal)
    if (!isFirst || !this.#from) this.#parts.refused(this.#channel, refusal)
  }
}
