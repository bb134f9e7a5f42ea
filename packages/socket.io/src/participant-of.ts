import { BaroError } from '@baro/core'
import type { Participant } from '@baro/server'
import type { Socket } from 'socket.io'

const participants = new WeakMap<object, Participant>()

/**
 * The participant of a socket: who it is, as the hub's `auth` found, and the way to act for it. What it publishes goes
 * through the rules and handlers of the channel, as if another kind of client had sent it, and carries its user as `by`.
 *
 * @throws {BaroError} `closed` for a socket that no hub has let in.
 *
 * @example
 * ```ts
 * io.on('connection', (socket) => {
 *   socket.on('message', async (payload, answer) => {
 *     const { id } = await participantOf(socket).publish(room({ id: 1 }), 'message', payload)
 *     answer({ id })
 *   })
 * })
 * ```
 */
export function participantOf(socket: Pick<Socket, 'id'>): Participant {
  const participant = participants.get(socket)
  if (participant) return participant
  throw new BaroError('closed', `No hub has let in the socket "${socket.id}". Ask for those of mount() only.`)
}

/** Remembers who acts for a socket, for as long as the socket is kept. */
export function actFor(socket: object, participant: Participant): void {
  participants.set(socket, participant)
}
