/**
 * What all channels with a record take together, and which gives way when that is too much (I7):
 *
 *     nobody follows it ──▶ its record goes
 *     all are followed  ──▶ their history goes ──▶ and there is none left ──▶ a record goes
 *
 * Each time the one whose last use is longest ago. The one used last keeps its record, whatever it takes: a bound too
 * small for one channel would otherwise reset its readers at each append.
 */
import type { Followers } from '@baro/core/broker'
import { type Ranked, Recency } from './recency.ts'
import type { Stream } from './stream.ts'

/** A channel that has a record or is followed. */
export class Channel implements Ranked<Channel> {
  readonly name: string
  /** Made for the first who follows it, because most channels are quiet. */
  followers: Followers | undefined
  stream: Stream | undefined
  /** Where it stands among the records. */
  list: Recency<Channel> | undefined
  older: Channel | undefined
  newer: Channel | undefined
  /** What it was counted for. */
  counted = 0

  constructor(name: string) {
    this.name = name
  }

  get isFollowed(): boolean {
    return this.followers !== undefined && !this.followers.isEmpty
  }
}

/** How much all records may take. */
export interface RecordBounds {
  readonly maxBytes: number
  readonly maxChannels: number
}

/** What is to go next. */
export type Step =
  | { readonly does: 'drop'; readonly channel: Channel }
  | { readonly does: 'trim'; readonly channel: Channel; readonly stream: Stream; readonly bytes: number }

export class Records {
  readonly #bounds: RecordBounds
  readonly #unfollowed = new Recency<Channel>()
  readonly #followed = new Recency<Channel>()
  /** Followed, and without history that could go. */
  readonly #bare = new Recency<Channel>()
  #last: Channel | undefined
  #count = 0
  #bytes = 0

  constructor(bounds: RecordBounds) {
    this.#bounds = bounds
  }

  get count(): number {
    return this.#count
  }

  get bytes(): number {
    return this.#bytes
  }

  /** It was appended to or read, or who follows it changed. */
  used(channel: Channel): void {
    if (!channel.stream) return
    this.#last = channel
    this.#move(channel, channel.isFollowed ? this.#followed : this.#unfollowed)
    this.weigh(channel)
  }

  /** What it takes may have changed. */
  weigh(channel: Channel): void {
    const bytes = channel.stream?.footprint ?? 0
    this.#bytes += bytes - channel.counted
    channel.counted = bytes
  }

  /** It has nothing more that could be trimmed, until it is used again. */
  isBare(channel: Channel): void {
    this.#move(channel, this.#bare)
  }

  /** Its record is gone. */
  forget(channel: Channel): void {
    channel.list?.remove(channel)
    if (channel.list) this.#count--
    channel.list = undefined
    this.#bytes -= channel.counted
    channel.counted = 0
    if (this.#last === channel) this.#last = undefined
  }

  /** What gives way next, as long as there is too much. */
  next(): Step | undefined {
    const { maxBytes, maxChannels } = this.#bounds
    const bytes = this.#bytes - maxBytes
    if (bytes <= 0 && this.#count <= maxChannels) return undefined
    return this.#dropOldest(this.#unfollowed) ?? (bytes > 0 ? this.#trim(bytes) : undefined) ?? this.#dropFollowed()
  }

  #dropFollowed(): Step | undefined {
    return this.#dropOldest(this.#bare) ?? this.#dropOldest(this.#followed)
  }

  #dropOldest({ oldest }: Recency<Channel>): Step | undefined {
    const channel = oldest === this.#last ? oldest?.newer : oldest
    return channel && { does: 'drop', channel }
  }

  #trim(bytes: number): Step | undefined {
    const { oldest } = this.#followed
    if (oldest?.stream) return { does: 'trim', channel: oldest, stream: oldest.stream, bytes }
    const last = this.#last
    return last?.stream?.canLetGo ? { does: 'trim', channel: last, stream: last.stream, bytes } : undefined
  }

  #move(channel: Channel, to: Recency<Channel>): void {
    channel.list?.remove(channel)
    if (!channel.list) this.#count++
    channel.list = to
    to.add(channel)
  }
}
