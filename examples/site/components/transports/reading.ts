/** What a publication of the race looks like on every transport. */
export interface Arrival {
  readonly type: string
  readonly payload: { readonly perSecond?: number }
  readonly offset: number
  /** When it was published, in milliseconds since 1970, by the server's clock. */
  readonly time: number
}

/** What a follower tells of its reading. */
export interface Reading {
  linked(link: 'connecting' | 'open' | 'waiting'): void
  /** A request went out, for one answer or for a stream. */
  requested(): void
  /** A publication arrived, in so many bytes of its own, framing included. */
  arrived(publication: Arrival, bytes: number): void
  /** Bytes arrived that belong to no single publication. */
  counted(bytes: number): void
  /** What followed the position is no longer kept: the stream goes on from another one, with a fresh value. */
  reset(position: string, reason: string, snapshot: Arrival['payload'] | undefined): void
}

/** Starts to follow the channel right after a position; call what it returns to stop. */
export type Follow = (after: string, reading: Reading) => () => void

/** Where the channel is. */
export const channelUrl = '/baro/channels/race'

/** How long a broken stream or a failed request waits before the next try. */
export const retryMs = 1_000

/** A message of a stream: a publication, or the word that a stream begins anew. */
export interface StreamMessage extends Arrival {
  readonly position: string
}

interface ResetMessage {
  readonly type: 'baro:reset'
  readonly payload: { readonly reason: string; readonly snapshot?: Arrival['payload'] }
  readonly position: string
}

/** Reads one message of a stream and tells of it; returns the position it leads to. */
export function readMessage(text: string, bytes: number, reading: Reading): string | undefined {
  const message = JSON.parse(text) as StreamMessage | ResetMessage
  if (isReset(message)) reading.reset(message.position, message.payload.reason, message.payload.snapshot)
  else if ('offset' in message) reading.arrived(message, bytes)
  return message.position
}

function isReset(message: StreamMessage | ResetMessage): message is ResetMessage {
  return message.type === 'baro:reset'
}
