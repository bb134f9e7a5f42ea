/** Who is let in: before a socket exists, it is known who comes, and whether a client that comes back can go on. */
import { BaroError } from '@baro/core'
import type { Hub, Identity, Participant } from '@baro/server'
import type { GatewayHost, GatewayLink, Handshake } from '@baro/server/parts'
import { type Namespace, Socket } from 'socket.io'
import { type Client, type Connection, type InnerNamespace, innerSocket } from './insides.ts'
import type { KeptSession, KeptSessions } from './kept-sessions.ts'
import { Memberships, type MembershipsParts } from './memberships.ts'
import { actFor } from './participant-of.ts'
import { Seat, type SeatParts } from './seat.ts'
import type { Speech } from './spoken.ts'
import { Trail } from './trail.ts'
import { WriteQueue } from './write-queue.ts'

/** What is known of a connection before anything is said on it. */
export interface Arrived {
  readonly handshake: Handshake
  readonly link: GatewayLink
}

/** What admission works with. */
export interface AdmissionParts {
  readonly hub: Hub
  readonly host: GatewayHost
  readonly sessions: KeptSessions
  readonly namespace: Namespace
  readonly inner: InnerNamespace
  readonly speech: Speech
  readonly arrived: (connection: Connection) => Arrived | undefined
  readonly member: MembershipsParts['member']
  /** The private id of a new session. */
  readonly newPid: () => string
  /** A socket has a seat from now on. */
  readonly seated: (id: string, seat: Seat) => void
  /** A seat has ended. */
  readonly unseated: (id: string, seat: Seat) => void
  /** What becomes of a socket when its seat does not serve it any more. */
  readonly fates: (socket: () => Socket | undefined) => Pick<SeatParts, 'refused' | 'lost'>
}

/** Who comes: a seat, or why there is none. */
type Comer = { readonly seat: Seat } | { readonly refusal: BaroError }

export class Admission {
  readonly #parts: AdmissionParts
  readonly #comers = new WeakMap<Socket, Comer>()
  /** Clients that are on their way into this namespace: they may ask once. */
  readonly #asking = new WeakSet<Client>()
  readonly #queues = new WeakMap<Connection, WriteQueue>()

  constructor(parts: AdmissionParts) {
    this.#parts = parts
  }

  /** The seat of a socket, unless it was refused. */
  seatOf(socket: Socket): Seat | undefined {
    const comer = this.#comers.get(socket)
    return comer && 'seat' in comer ? comer.seat : undefined
  }

  /** Why a socket was refused. */
  refusalOf(socket: Socket): BaroError | undefined {
    const comer = this.#comers.get(socket)
    return comer && 'refusal' in comer ? comer.refusal : undefined
  }

  /** Makes the socket of a client that asks to be let into the namespace. */
  async admit(client: Client, auth: Readonly<Record<string, unknown>>): Promise<Socket> {
    if (this.#asking.has(client)) {
      client.conn.close(true)
      return this.#socket(client, auth, { refusal: new BaroError('bad-message', 'A namespace is asked for once.') })
    }
    this.#asking.add(client)
    try {
      const user = await this.#identify(client.conn, auth)
      return (await this.#comeBack(client, auth, user)) ?? this.#begin(client, auth, user)
    } catch (error) {
      return this.#socket(client, auth, { refusal: this.#parts.host.explain(error, 'auth') })
    } finally {
      this.#asking.delete(client)
    }
  }

  async #identify(connection: Connection, auth: Readonly<Record<string, unknown>>): Promise<Identity | undefined> {
    const arrived = this.#parts.arrived(connection)
    if (!arrived) throw new BaroError('unavailable', 'The connection did not come through the hub.')
    const user = await this.#parts.host.authenticate(
      arrived.handshake,
      typeof auth.token === 'string' ? auth.token : undefined,
    )
    if (user) arrived.link.knownAs(user)
    return user
  }

  #begin(client: Client, auth: Readonly<Record<string, unknown>>, user: Identity | undefined): Socket {
    const pid = this.#parts.newPid()
    const place = this.#seat(client, user, pid)
    const socket = this.#socket(client, auth, place)
    place.sits(socket)
    innerSocket(socket).pid = pid
    return socket
  }

  /** A client that was cut off, and can go on exactly where it was; `undefined` if it begins again. */
  async #comeBack(
    client: Client,
    auth: Readonly<Record<string, unknown>>,
    user: Identity | undefined,
  ): Promise<Socket | undefined> {
    const { pid, offset } = auth
    if (typeof pid !== 'string') return undefined
    const session = await this.#parts.sessions.take(pid)
    if (!session || session.namespace !== this.#parts.inner.name || session.user !== user?.id) return undefined
    const found = Trail.from(session.trail).at(typeof offset === 'string' ? offset : undefined)
    if (!found) return undefined
    const place = this.#seat(client, user, pid)
    const { seat } = place
    if (!(await seat.resume(found.positions, Trail.continuing(found.positions, found.last)))) {
      seat.end()
      return undefined
    }
    const socket = this.#socket(client, auth, place, session)
    place.sits(socket)
    return socket
  }

  #seat(
    client: Client,
    user: Identity | undefined,
    pid: string,
  ): { readonly seat: Seat; readonly sits: (socket: Socket) => void } {
    const { conn } = client
    const { hub, host, speech, arrived, member } = this.#parts
    const address = arrived(conn)?.handshake.address
    const close = () => conn.close(true)
    const participant: Participant = hub.open(
      { user, address, guest: `socket.io:${pid}` },
      { over: close, ended: (reconnectInMs) => void host.clock.after(reconnectInMs, close) },
    )
    let sitting: Socket | undefined
    const queue = this.#queues.get(conn) ?? new WriteQueue(conn, host.limits.maxOutboxBytes)
    this.#queues.set(conn, queue)
    const memberships = new Memberships({ host, participant, member })
    const seat = new Seat({ participant, memberships, speech, queue, ...this.#parts.fates(() => sitting) })
    conn.once('close', () => {
      seat.end()
      if (sitting) this.#parts.unseated(sitting.id, seat)
    })
    if (conn.readyState !== 'open') seat.end()
    // Who answers a ping has got what was written before it.
    let pinged = 0
    conn.on('packetCreate', ({ type }) => {
      if (type === 'ping') pinged = seat.trail.last
    })
    conn.on('heartbeat', () => seat.trail.received(pinged))
    return {
      seat,
      sits: (socket) => {
        sitting = socket
        actFor(socket, participant)
      },
    }
  }

  #socket(client: Client, auth: Readonly<Record<string, unknown>>, comer: Comer, session?: KeptSession): Socket {
    // The rooms are joined below, when the seat of the socket is known.
    const previous = session && { ...session, rooms: [], missedPackets: [] }
    const { namespace } = this.#parts
    const socket = new Socket(
      namespace,
      client as unknown as ConstructorParameters<typeof Socket>[1],
      auth,
      previous as never,
    )
    this.#comers.set(socket, comer)
    if ('seat' in comer) this.#parts.seated(socket.id, comer.seat)
    if (session) socket.join([...session.rooms])
    return socket
  }
}
