import { BaroError } from '@baro/core'
import type { StreamSource } from '@baro/core/broker'
import { quote } from '@baro/core/protocol'
import type { Resolved } from '../channel/registry.ts'
import type { PolledSnapshot } from '../channel/snapshot-source.ts'
import { brokerSource } from '../stream/broker-source.ts'
import { Poller, type PollingParts } from './poller.ts'

/** Most channels that a node polls: strangers may choose their names (I7). */
const maxPolled = 1_000

/** The channels of a node whose data is polled, while somebody wants it. */
export class Pollers {
  readonly #parts: PollingParts
  readonly #pollers = new Map<string, Poller>()
  #isClosed = false

  constructor(parts: PollingParts) {
    this.#parts = parts
  }

  /** How many channels are polled, here or by the node that leads. */
  get size(): number {
    return this.#pollers.size
  }

  /** The broker's stream of the channel, which is polled while it is read or followed. */
  sourceOf(resolved: Resolved, polled: PolledSnapshot<never, unknown>): StreamSource {
    const { broker } = this.#parts
    const { channel } = resolved
    const stream = brokerSource(broker as never, channel)
    const pollerOf = () => this.#pollerOf(resolved, polled)
    return {
      async read(range) {
        const poller = pollerOf()
        poller.asked()
        await poller.first
        return stream.read(range)
      },
      async follow(follower) {
        const leave = pollerOf().followed()
        try {
          const stop = await stream.follow(follower)
          return () => {
            stop()
            leave()
          }
        } catch (error) {
          leave()
          throw error
        }
      },
      // A kept page is served at once, and what the poll finds makes it stale.
      async head() {
        pollerOf().asked()
        const [head] = await broker.heads([channel])
        if (!head) throw new Error(`The broker did not tell the head of "${channel}".`)
        return head
      },
    }
  }

  close(): void {
    this.#isClosed = true
    for (const poller of [...this.#pollers.values()]) poller.stop()
  }

  #pollerOf(resolved: Resolved, polled: PolledSnapshot<never, unknown>): Poller {
    const { channel } = resolved
    const before = this.#pollers.get(channel)
    if (before) return before
    if (this.#isClosed) throw new BaroError('unavailable', 'The hub was closed. Ask another node.')
    if (this.#pollers.size >= maxPolled) this.#makeRoom(channel)
    const poller: Poller = new Poller(resolved, polled, this.#parts, () => {
      if (this.#pollers.get(channel) === poller) this.#pollers.delete(channel)
    })
    this.#pollers.set(channel, poller)
    return poller
  }

  /** The one that was not asked for the longest time, and that nobody follows, gives way. */
  #makeRoom(channel: string): void {
    let oldest: Poller | undefined
    for (const poller of this.#pollers.values())
      if (!poller.isFollowed && (!oldest || poller.askedAt < oldest.askedAt)) oldest = poller
    if (!oldest)
      throw new BaroError(
        'unavailable',
        `This node polls ${maxPolled} channels already, so ${quote(channel)} is not polled. Say in its pattern which parameters there are.`,
      )
    oldest.stop()
  }
}
