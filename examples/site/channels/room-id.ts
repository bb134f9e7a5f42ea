import { maxChannelNameBytes } from '@baro/core/protocol'

/**
 * Whether a text can be the id of a room: 1 to 64 letters, digits, Hangul syllables, "_" and "-", as far as a channel
 * name is long (27 syllables). Strangers choose it, and it becomes a channel, a path and the name of a cached file. The
 * dot is left out on purpose: Next takes `/rooms/1.rsc` for another form of `/rooms/1`.
 */
export function isRoomId(text: string): boolean {
  return roomId.test(text) && encodeURIComponent(text).length <= maxChannelNameBytes - 'room:'.length
}

const roomId = /^[A-Za-z0-9_가-힣-]{1,64}$/
