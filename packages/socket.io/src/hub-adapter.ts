/**
 * The adapter of one namespace. Rooms that are channels are followed for each socket by a participant of the hub, and what
 * is broadcast to them is published there. All other rooms stay among the clients of Socket.IO, on all nodes.
 */
import { BaroError } from '@baro/core'
import type { NodeMessage } from '@baro/core/broker'
import { createId, readJson, writeJson } from '@baro/core/protocol'
import type { Hub } from '@baro/server'
import type { GatewayHost } from '@baro/server/parts'
import type { Namespace, Socket } from 'socket.io'
import {
  Adapter,
  type BroadcastOptions,
  ClusterAdapterWithHeartbeat,
  type ClusterMessage,
  MessageType,
} from 'socket.io-adapter'
import { Admission, type Arrived } from './admission.ts'
import { broadcastId, maxExcept, payloadOf, tagOf } from './broadcast-id.ts'
import {
  type Client,
  type Connection,
  clusterTimers,
  type InnerNamespace,
  innerNamespace,
  innerSocket,
  type Packet,
} from './insides.ts'
import type { KeptSessions } from './kept-sessions.ts'
import type { MembershipsParts } from './memberships.ts'
import { channelOfRoom } from './room-names.ts'
import type { Seat, SeatParts } from './seat.ts'
import { type Encoded, Speech } from './spoken.ts'

/** What all adapters of a mount share. */
export interface HubAdapterParts {
  readonly hub: Hub
  readonly host: GatewayHost
  readonly sessions: KeptSessions
  /** The name of this node. */
  readonly node: string
  /** The channel that everybody of the main namespace is in. */
  readonly everybody: string | undefined
  readonly member: MembershipsParts['member']
  readonly arrived: (connection: Connection) => Arrived | undefined
  readonly newPid: () => string
  /** Resolves when what other nodes tell is heard. */
  readonly hearing: Promise<unknown>
  readonly opened: (adapter: HubAdapter) => void
  readonly closed: (adapter: HubAdapter) => void
}

/** The type of what the adapters of all nodes tell each other. */
export const clusterType = 'socket.io:cluster'

/** Rooms whose channels are remembered. */
const maxChannels = 10_000

export class HubAdapter extends ClusterAdapterWithHeartbeat {
  readonly #parts: HubAdapterParts
  readonly #namespace: InnerNamespace
  readonly #speech: Speech
  readonly #admission: Admission
  /** The channels of rooms, as they were found before. */
  readonly #channels = new Map<string, string | undefined>()
  readonly #seats = new Map<string, Seat>()
  /** What is published in a channel waits for whoever is just joining it, and for what was published before. */
  readonly #before = new Map<string, Promise<unknown>>()

  constructor(namespace: Namespace, parts: HubAdapterParts) {
    super(namespace, {})
    const inner = innerNamespace(namespace)
    const { encoder } = this as unknown as { encoder: { encode(packet: Packet): readonly (string | Uint8Array)[] } }
    this.#parts = parts
    this.#namespace = inner
    this.#speech = new Speech(inner.name, (packet) => encoder.encode(packet))
    this.#admission = new Admission({
      ...parts,
      namespace,
      inner,
      speech: this.#speech,
      seated: (id, seat) => this.#seats.set(id, seat),
      unseated: (id, seat) => this.#seats.get(id) === seat && this.#seats.delete(id),
      fates: (socket) => this.#fates(socket),
    })
    inner._createSocket = (client: Client, auth) => this.#admission.admit(client, auth ?? {})
    inner.use((socket, next) => next(refusalFor(this.#admission.refusalOf(socket))))
    parts.opened(this)
    clusterTimers(this).cleanupTimer?.unref()
  }

  /** The name of its namespace. */
  get name(): string {
    return this.#namespace.name
  }

  override async init(): Promise<void> {
    await this.#parts.hearing
    super.init()
  }

  override close(): void {
    super.close()
    for (const seat of this.#seats.values()) seat.end()
    this.#parts.closed(this)
  }

  override addAll(id: string, rooms: Set<string>): Promise<void> | void {
    super.addAll(id, rooms)
    const seat = this.#seats.get(id)
    if (!seat) return
    const joining: Promise<void>[] = []
    for (const room of rooms) {
      seat.tag(room)
      const channel = this.#channelOf(room)
      if (channel !== undefined) joining.push(this.#join(seat, channel))
    }
    // Socket.IO does this when the socket is connected.
    if (rooms.has(id)) this.#connected(id, seat)
    if (joining.length === 0) return
    const joined = Promise.all(joining).then(() => {})
    joined.catch(() => {})
    return joined
  }

  override del(id: string, room: string): void {
    super.del(id, room)
    const seat = this.#seats.get(id)
    if (!seat) return
    seat.untag(room)
    const channel = this.#channelOf(room)
    // Another room of the socket may be another spelling of the same channel.
    const isStillIn = [...(this.sids.get(id) ?? [])].some((other) => this.#channelOf(other) === channel)
    if (channel !== undefined && !isStillIn && channel !== this.#everybody) seat.leave(channel)
  }

  override delAll(id: string): void {
    super.delAll(id)
    this.#seats.get(id)?.end()
    this.#seats.delete(id)
  }

  /** Called by Socket.IO when a client is cut off, before it leaves its rooms. */
  override persistSession({
    sid,
    pid,
    rooms,
    data,
  }: Parameters<ClusterAdapterWithHeartbeat['persistSession']>[0]): void {
    const seat = this.#seats.get(sid)
    if (!seat) return
    const user = seat.participant.user?.id
    const own = rooms.filter((room) => room !== sid)
    const session = {
      ...{ namespace: this.name, sid, pid, rooms: own, data, trail: seat.trail.kept() },
      ...(user !== undefined && { user }),
    }
    this.#parts.sessions.keep(session).catch((error) => this.#log('A session is not kept', error))
  }

  /** Lets go of the client with this private id; returns whether there was one. */
  release(pid: string): boolean {
    for (const socket of this.#namespace.sockets.values()) {
      const inner = innerSocket(socket)
      if (inner.pid !== pid) continue
      inner._onclose('transport close')
      inner.client.conn.close(true)
      return true
    }
    return false
  }

  override async broadcast(packet: Packet, options: BroadcastOptions): Promise<void> {
    if (options.flags?.local) return this.#spread(packet, options)
    const channels = new Set<string>()
    const inside = new Set<string>()
    for (const room of options.rooms) {
      const channel = this.#channelOf(room)
      if (channel === undefined) inside.add(room)
      else channels.add(channel)
    }
    const isForAll = options.rooms.size === 0
    if (isForAll && this.#everybody !== undefined) channels.add(this.#everybody)
    // One id for all: whoever is in several of them knows it again.
    const random = channels.size > 0 ? createId(this.#parts.host.randomness) : ''
    for (const channel of channels) this.#publish(channel, packet, options, { random, hasSiblings: channels.size > 1 })
    if (inside.size === 0 && !(isForAll && channels.size === 0)) return
    // Whoever is in a channel of the broadcast gets it there.
    const inChannels = [...options.rooms].filter((room) => !inside.has(room))
    const rest = { ...options, rooms: inside, except: new Set([...(options.except ?? []), ...inChannels]) }
    this.#spread(packet, rest)
    if (!this.#isOneOfOurs(inside))
      this.publish({ type: MessageType.BROADCAST, data: { packet, opts: encodedOptions(rest) } })
  }

  // Here at once, and elsewhere as soon as they are told: an application emits to a room in the same turn.
  override async addSockets(options: BroadcastOptions, rooms: string[]): Promise<void> {
    Adapter.prototype.addSockets.call(this, options, rooms)
    if (!options.flags?.local)
      this.publish({ type: MessageType.SOCKETS_JOIN, data: { opts: encodedOptions(options), rooms } })
  }

  override async delSockets(options: BroadcastOptions, rooms: string[]): Promise<void> {
    Adapter.prototype.delSockets.call(this, options, rooms)
    if (!options.flags?.local)
      this.publish({ type: MessageType.SOCKETS_LEAVE, data: { opts: encodedOptions(options), rooms } })
  }

  override async disconnectSockets(options: BroadcastOptions, close: boolean): Promise<void> {
    Adapter.prototype.disconnectSockets.call(this, options, close)
    if (!options.flags?.local)
      this.publish({ type: MessageType.DISCONNECT_SOCKETS, data: { opts: encodedOptions(options), close } })
  }

  /** What the adapter of this namespace on another node says. */
  heard(message: ClusterMessage): void {
    if (message.type === MessageType.BROADCAST && message.data.requestId === undefined) {
      const { rooms, except, flags } = message.data.opts
      return this.#spread(message.data.packet as Packet, { rooms: new Set(rooms), except: new Set(except), flags })
    }
    this.onMessage(message)
  }

  override publish(message: Parameters<ClusterAdapterWithHeartbeat['publish']>[0]): void {
    super.publish(message)
    // Nodes count each other for as long as something else keeps them running.
    clusterTimers(this).heartbeatTimer?.unref()
  }

  protected override async doPublish(message: ClusterMessage): Promise<string> {
    await this.#tell(message)
    return ''
  }

  protected override async doPublishResponse(
    _to: string,
    response: Parameters<HubAdapter['onResponse']>[0],
  ): Promise<void> {
    await this.#tell(response)
  }

  async #tell(message: object): Promise<void> {
    const told: NodeMessage = { type: clusterType, payload: { from: this.#parts.node, text: writeJson(message) } }
    await this.#parts.host.broker.tell(told)
  }

  /** To the sockets of this node, in rooms of Socket.IO. */
  #spread(packet: Packet, options: BroadcastOptions): void {
    const encodings = new Map<string, Encoded>()
    const isVolatile = options.flags?.volatile === true
    const { apply } = this as unknown as { apply(options: BroadcastOptions, run: (socket: Socket) => void): void }
    apply.call(this, options, (socket) => {
      const seat = this.#seats.get(socket.id)
      if (!seat) return
      if (packet.id === undefined)
        seat.write(this.#speech.encodeAside(packet.data, seat.trail.mark, isVolatile, encodings))
      else seat.write(this.#speech.encodeQuestion(packet))
    })
  }

  #publish(
    channel: string,
    { data: [type, ...args] }: Packet,
    { except, flags }: BroadcastOptions,
    { random, hasSiblings }: { readonly random: string; readonly hasSiblings: boolean },
  ): void {
    const { host } = this.#parts
    const { payload, arguments: how } = payloadOf(args)
    const leftOut = [...(except ?? [])].map((room) => this.#seats.get(room)?.tagIn(room) ?? tagOf(room))
    if (leftOut.length > maxExcept)
      return this.#log(
        `${type} was not published in "${channel}"`,
        new BaroError('bad-message', `A broadcast to a channel leaves out ${maxExcept} rooms at most.`),
      )
    const isPlain = how === 'one' && leftOut.length === 0 && !hasSiblings
    const marks = { arguments: how, except: leftOut, hasSiblings }
    const send = () => {
      if (flags?.volatile)
        return host.signal(channel, String(type), payload, isPlain ? undefined : broadcastId(marks, '').slice(0, -1))
      return host.publish(channel, String(type), payload, broadcastId(marks, random))
    }
    this.#inOrder(channel, send, (error) => this.#log(`${type} was not published in "${channel}"`, error))
  }

  #inOrder(channel: string, run: () => unknown, failed: (error: unknown) => void): void {
    const before = this.#before.get(channel)
    try {
      const running = before ? before.then(run) : run()
      if (running instanceof Promise) this.#wait(channel, running.catch(failed))
    } catch (error) {
      failed(error)
    }
  }

  #wait(channel: string, running: Promise<unknown>): void {
    const before = this.#before.get(channel)
    const all: Promise<unknown> = Promise.allSettled([before, running]).then(() => {
      if (this.#before.get(channel) === all) this.#before.delete(channel)
    })
    this.#before.set(channel, all)
  }

  #join(seat: Seat, channel: string): Promise<void> {
    if (seat.isIn(channel)) return seat.join(channel)
    const joined = seat.join(channel)
    if (!seat.hasJoined(channel)) this.#wait(channel, joined)
    return joined
  }

  #connected(id: string, seat: Seat): void {
    const socket = this.#namespace.sockets.get(id)
    if (!socket) return
    if (this.#everybody !== undefined) this.#join(seat, this.#everybody)
    seat.seat(socket)
    // Socket.IO tells the client now that it is connected. What a client gets before that, it keeps, and shows it again
    // after the next connection if this one breaks first.
    queueMicrotask(() => seat.open())
  }

  #channelOf(room: string): string | undefined {
    const known = this.#channels.get(room)
    if (known !== undefined || this.#channels.has(room)) return known
    // Strangers may choose the names of rooms.
    if (this.#channels.size >= maxChannels) this.#channels.clear()
    const channel = this.#findChannel(room)
    this.#channels.set(room, channel)
    return channel
  }

  #findChannel(room: string): string | undefined {
    const name = channelOfRoom(this.#namespace.name, room)
    return name !== undefined && this.#parts.host.isChannel(name) ? name : undefined
  }

  get #everybody(): string | undefined {
    return this.#namespace.name === '/' ? this.#parts.everybody : undefined
  }

  /** The rooms are the one of a socket of this node, so no other node needs to be told. */
  #isOneOfOurs(rooms: ReadonlySet<string>): boolean {
    const [room = ''] = rooms
    return rooms.size === 1 && this.#seats.has(room)
  }

  #fates(sitting: () => Socket | undefined): Pick<SeatParts, 'refused' | 'lost'> {
    return {
      refused: (channel, error) => {
        const socket = sitting()
        // All of it is over: the link ends, and whoever comes back with a new token is in its rooms again.
        if (!socket || error.code === 'expired') return
        for (const room of [...socket.rooms]) if (this.#channelOf(room) === channel) this.del(socket.id, room)
        innerSocket(socket)._onerror(error)
      },
      // There is no snapshot in Socket.IO. The client comes back as a new one, and its application begins again.
      lost: () => {
        const socket = sitting()
        if (!socket) return
        this.#seats.get(socket.id)?.end()
        this.#seats.delete(socket.id)
        innerSocket(socket).client.conn.close(true)
      },
    }
  }

  #log(what: string, error: unknown): void {
    this.#parts.host.log.error({}, `Socket.IO: ${what}: ${this.#parts.host.explain(error, this.name).message}`)
  }
}

function encodedOptions({ rooms, except, flags = {} }: BroadcastOptions): EncodedOptions {
  return { rooms: [...rooms], except: [...(except ?? [])], flags }
}

interface EncodedOptions {
  readonly rooms: string[]
  readonly except: string[]
  readonly flags: NonNullable<BroadcastOptions['flags']>
}

/** Reads what an adapter told; `undefined` if it is of this node. */
export function clusterMessage({ payload }: NodeMessage, node: string): ClusterMessage | undefined {
  const { from, text } = payload as { readonly from: string; readonly text: string }
  return from === node ? undefined : (readJson(text) as ClusterMessage)
}

/** As a client gets it in `connect_error`. */
function refusalFor(refusal: BaroError | undefined): Error | undefined {
  return refusal && Object.assign(new Error(refusal.message), { data: { code: refusal.code, retry: refusal.retry } })
}
