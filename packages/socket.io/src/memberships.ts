/**
 * The channels that a socket is a member of: those of its rooms that know their members. A guest is known by the private id
 * of its connection, which Socket.IO keeps when it recovers one; so who is cut off and comes back was never away.
 */
import type { BaroError, Reference } from '@baro/core'
import type { Participant, Present } from '@baro/server'
import type { GatewayHost } from '@baro/server/parts'
import type { Socket } from 'socket.io'

/** What being a member works with. */
export interface MembershipsParts {
  readonly host: Pick<GatewayHost, 'hasMembers' | 'explain' | 'log'>
  readonly participant: Participant
  /** What the socket tells of itself in a channel. */
  readonly member: (socket: Socket, channel: Reference) => unknown
}

export class Memberships {
  readonly #parts: MembershipsParts
  readonly #present = new Map<string, Present>()

  constructor(parts: MembershipsParts) {
    this.#parts = parts
  }

  /** The socket has joined a channel. Calling it again changes nothing. */
  begin(socket: Socket, channel: string): void {
    const { host, participant, member } = this.#parts
    if (this.#present.has(channel) || !host.hasMembers(channel)) return
    try {
      const state = member(socket, { channel })
      this.#present.set(
        channel,
        participant.track({ channel }, state, { failed: (error) => this.#failed(channel, error) }),
      )
    } catch (error) {
      this.#failed(channel, host.explain(error, channel))
    }
  }

  end(channel: string): void {
    this.#present.get(channel)?.end()
    this.#present.delete(channel)
  }

  #failed(channel: string, error: BaroError): void {
    this.#present.delete(channel)
    // What a rule says of a stranger is nothing to log.
    if (error.code === 'refused' || error.code === 'expired') return
    const hint =
      error.code === 'invalid-payload' ? ' The option `member` of mount says what a socket tells of itself.' : ''
    this.#parts.host.log.error(
      { channel, code: error.code },
      `Socket.IO: a socket is no member of "${channel}": ${error.message}${hint}`,
    )
  }
}
