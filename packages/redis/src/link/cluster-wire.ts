import { createCluster, type RedisClusterOptions } from '@redis/client'
import { asOneText, commandOptions, commonOptions } from './connection-options.ts'
import { keepPulse, type Pulsed } from './pulse.ts'
import type { Address, Reply, Wire, WireListener, WireTerms } from './wire.ts'

/** The connections to a cluster: for each master one for commands, and one to hear. */
export function createClusterWire(
  addresses: readonly [Address, ...Address[]],
  terms: WireTerms,
  listener: WireListener,
  nodeAddressMap: RedisClusterOptions['nodeAddressMap'],
): Wire {
  const { isEncrypted } = addresses[0]
  const cluster = createCluster({
    rootNodes: asOneText(
      addresses.map(({ host, port }) => ({
        socket: isEncrypted ? { host, port, tls: true as const } : { host, port },
      })),
    ),
    defaults: commonOptions(addresses[0], terms),
    commandOptions: { timeout: 0 },
    ...(nodeAddressMap && { nodeAddressMap }),
  })
  const heard = (message: string, name: string): void => listener.heard(name, message)
  // Of each master the library makes a connection to hear by, when it is needed, and another one when slots have moved.
  const attended = new WeakSet<object>()
  let leaving = 0
  const isNew = (client: Pulsed | undefined): client is Pulsed => {
    if (!client || attended.has(client)) return false
    attended.add(client)
    keepPulse(client, {
      ...{ clock: terms.clock, silenceMs: terms.silenceMs, failed: listener.failed },
      waitMs: () => terms.waitBefore(0),
      // A server that has left the cluster is not looked for.
      isWanted: () => cluster.masters.some((master) => master.client === client || master.pubSub?.client === client),
    })
    return true
  }
  function attend(): void {
    for (const { client, pubSub } of cluster.masters) {
      isNew(client)
      if (!isNew(pubSub?.client)) continue
      pubSub.client
        .on('ready', () => listener.missed())
        .once('end', () => {
          // It ends with the last name that is unsubscribed, too.
          if (leaving === 0) listener.missed()
        })
    }
  }
  cluster
    .on('error', (error) => listener.failed(error))
    .on('node-error', (error) => listener.failed(error))
    .on('sharded-channel-moved-error', (error) => {
      listener.failed(error)
      listener.missed()
    })
    .on('node-ready', () => {
      attend()
      listener.back()
    })
  const stands = (client: { readonly isReady: boolean } | undefined): boolean => client?.isReady ?? true
  return {
    get isWhole() {
      const { masters } = cluster
      // While the library looks for the servers again it knows none: then nothing stands.
      return masters.length > 0 && masters.every(({ client, pubSub }) => stands(client) && stands(pubSub?.client))
    },
    async open() {
      await cluster.connect()
    },
    // The slot of a bucket may move at any time, and without the others.
    together: (key) => key,
    send: (key, args, texts) => {
      const send = (by: string | undefined) =>
        cluster.sendCommand(by, false, args as string[], commandOptions[texts]) as Promise<Reply>
      return send(key).catch((error) => {
        // The library knows no server of this slot, and throws before it sends. Any server says which one has it: so it looks again.
        if (error instanceof TypeError) return send(undefined)
        throw error
      })
    },
    sendToEach: (args) =>
      Promise.all(
        cluster.masters.map(
          async (master) => (await (await cluster.nodeClient(master)).sendCommand(args as string[])) as Reply,
        ),
      ),
    async subscribe(name) {
      await cluster.sSubscribe(name, heard)
      attend()
    },
    async unsubscribe(name) {
      leaving++
      try {
        await cluster.sUnsubscribe(name, heard)
      } finally {
        leaving--
      }
    },
    // A replica of a cluster says which server has the slot, and the library goes there.
    lookAgain: () => {},
    close: () => cluster.destroy(),
  }
}
