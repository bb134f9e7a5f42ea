import { channel } from '@baro/core'
import type { Broker } from '@baro/core/broker'
import { createHub, createMemoryBroker, type Hub, type Listening } from '@baro/server'
import { z } from 'zod'

/** The ids of everything that was said. */
export const log = channel('log', {
  events: { said: z.string() },
  state: { initial: (): string[] => [], on: { said: (ids, { id }) => [...ids, id] } },
})

/** A server that is stopped and started again at the same port, as at a deploy. */
export interface RestartingNode {
  /** The URL of the channel. */
  readonly url: string
  publish(id: string): Promise<unknown>
  /** Stops it: everybody is sent away, and for a moment nobody answers. */
  stop(): Promise<void>
  /** Starts it again; without its memory, the stream begins another life. */
  start(how: { readonly remembers: boolean }): Promise<void>
  close(): Promise<void>
}

/** Starts a server on a free port. */
export async function createRestartingNode(): Promise<RestartingNode> {
  let port = 0
  let broker: Broker = createMemoryBroker()
  let hub: Hub
  let listening: Listening | undefined

  async function start({ remembers }: { readonly remembers: boolean }): Promise<void> {
    if (!remembers) broker = createMemoryBroker()
    hub = createHub({ channels: [log], broker, log: { info() {}, warn() {}, error: console.error } })
    hub.on(log, { access: 'public' })
    listening = await hub.listen(port, '127.0.0.1')
    port = listening.port
  }

  async function stop(): Promise<void> {
    await hub.drain({ spreadMs: 0 })
    await listening?.close()
    await hub.close()
  }

  await start({ remembers: true })
  return {
    get url() {
      return `http://127.0.0.1:${port}/baro/channels/log`
    },
    // Through the broker's own hub while it runs, and past it (another node would) while it does not.
    publish: async (id) => broker.append('log', [{ type: 'said', payload: id, id, time: 0 }], log.history),
    stop,
    start,
    close: stop,
  }
}
