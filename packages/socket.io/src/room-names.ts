/**
 * Which channel a room is. In the main namespace it is the channel of the room's name; in `/chat` the room `room:1` is
 * `chat:room:1`. So rooms of two namespaces are never one channel. Rooms that no definition matches stay inside Socket.IO.
 */
import { channelNameOf } from '@baro/core/protocol'

/** The ids that Socket.IO gives sockets. Each socket is in a room of that name, which belongs to nobody else. */
const socketId = /^[A-Za-z0-9_-]{20}$/

/**
 * The name of the channel that a room would be. A room may be written as a channel (`room:%EA%B0%80`) or in its own
 * characters (`room:가`). `undefined` for what can be no channel, such as the room of one socket: a private message must
 * never be published.
 */
export function channelOfRoom(namespace: string, room: string): string | undefined {
  if (socketId.test(room)) return undefined
  const path = namespace.split('/').filter((segment) => segment !== '')
  const name = channelNameOf([...path, room].join(':'))
  return name.ok ? name.value : undefined
}
