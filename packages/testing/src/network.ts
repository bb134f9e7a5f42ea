import type { Transport } from '@baro/client'
import type { HubClock } from '@baro/core/broker'
import type { Hub } from '@baro/server'
import type { MessageFault } from './network/lane.ts'
import { createNetworkLink, type Direction, type LinkEnds, type NetworkLink } from './network/network-link.ts'
import type { SeededRandomness } from './seeded-randomness.ts'

export { lineFraming } from './network/framing.ts'
export type { MessageFault } from './network/lane.ts'
export type { Direction, NetworkLink } from './network/network-link.ts'

/** What `createNetwork` takes. */
export interface NetworkOptions {
  readonly clock: HubClock
  readonly randomness: SeededRandomness
  /** Shortest and longest time a message travels, in milliseconds. Default 1 to 40. */
  readonly latencyMs?: readonly [number, number]
  /** How long a hub waits for the answer to its goodbye, in milliseconds. Default 30,000. */
  readonly closeTimeoutMs?: number
  /** Which of the nodes that listen a client reaches. Default: any. */
  readonly route?: (client: string, nodes: readonly string[]) => string | undefined
  /** Told of each message handed to a link, whatever becomes of it. */
  readonly sent?: (link: NetworkLink, direction: Direction, text: string) => void
  /** Told of each message that a fault has struck. */
  readonly struck?: (fault: MessageFault, text: string) => void
}

/** What a node offers: `hub.connect`. */
export type Listener = Pick<Hub, 'connect'>

/** Clients, nodes and the links between them, in memory. Nothing goes wrong unless it is asked to. */
export interface Network {
  /** Links that at least one side still holds. */
  readonly links: readonly NetworkLink[]
  /** How often each message fault took effect. */
  readonly faults: Readonly<Record<MessageFault, number>>
  /** The transport of one client, for `createClient`. */
  transport(client: string): Transport
  /** A node is there. */
  listen(node: string, listener: Listener): void
  /**
   * A node is gone without a goodbye. Its clients see the link break; `quietly` (the power failed) they see nothing.
   */
  crash(node: string, how?: { readonly quietly: boolean }): void
  /** A client and a node cannot reach one another: what they send waits, new links hang. */
  part(client: string, node: string): void
  /** They can again: what waited arrives in a burst. Returns whether they had been parted. */
  join(client: string, node: string): boolean
  /** Everybody can reach everybody. */
  joinAll(): void
}

/**
 * Makes an in-memory network: real clients on one side, real hubs on the other.
 *
 * @example
 * ```ts
 * const network = createNetwork({ clock, randomness })
 * network.listen('node-1', hub)
 * const client = createClient({ url: '/baro', transport: network.transport('client-1'), clock, randomness })
 * clock.advance(100)
 * network.links[0]?.breakFor(['client', 'hub'])
 * ```
 */
export function createNetwork({
  clock,
  randomness,
  latencyMs = [1, 40],
  closeTimeoutMs = 30_000,
  route = (_client, nodes) => (nodes.length > 0 ? randomness.pick(nodes) : undefined),
  sent = () => {},
  struck = () => {},
}: NetworkOptions): Network {
  const nodes = new Map<string, Listener>()
  const parted = new Set<string>()
  const open = new Map<NetworkLink, LinkEnds>()
  const faults: Record<MessageFault, number> = { lose: 0, duplicate: 0, reorder: 0 }
  const pair = (client: string, node: string) => `${client} ${node}`
  const soon = (run: () => void) => clock.after(randomness.integer(...latencyMs), run)

  function openLink(client: string, url: string, events: Parameters<Transport['open']>[1]): LinkEnds['clientEnd'] {
    const node = route(client, [...nodes.keys()])
    const ends = createNetworkLink({
      client,
      node: node ?? '',
      clock,
      randomness,
      latencyMs,
      closeTimeoutMs,
      events,
      count: (fault, text) => {
        faults[fault]++
        struck(fault, text)
      },
      sent,
      over: (link) => open.delete(link),
    })
    open.set(ends.link, ends)
    soon(() => arrive(ends, url))
    return ends.clientEnd
  }

  function arrive(ends: LinkEnds, url: string): void {
    // A client that has closed it meanwhile asks for nothing, and nobody would tell the hub that it is over.
    if (!open.has(ends.link)) return
    const { client, node } = ends.link
    const listener = nodes.get(node)
    if (parted.has(pair(client, node))) return ends.link.silence(['to-client', 'to-hub'])
    if (!listener) return refuse(ends)
    ends.accepted(listener.connect(ends.hubEnd, { headers: {}, url: `${url}/connect`, address: client }))
    soon(() => ends.opened())
  }

  function refuse(ends: LinkEnds): void {
    ends.forgetHub()
    ends.link.breakFor(['client'])
  }

  return {
    get links() {
      return [...open.keys()]
    },
    faults,
    transport: (client) => ({ rung: 'websocket', open: (url, events) => openLink(client, url, events) }),
    listen(node, listener) {
      nodes.set(node, listener)
    },
    crash(node, { quietly } = { quietly: false }) {
      nodes.delete(node)
      for (const [link, ends] of [...open]) {
        if (link.node !== node) continue
        ends.forgetHub()
        if (!quietly) link.breakFor(['client'])
      }
    },
    part(client, node) {
      parted.add(pair(client, node))
      for (const link of open.keys()) if (link.client === client && link.node === node) link.hold()
    },
    join(client, node) {
      if (!parted.delete(pair(client, node))) return false
      for (const link of open.keys()) if (link.client === client && link.node === node) link.release()
      return true
    },
    joinAll() {
      parted.clear()
      for (const link of open.keys()) link.release()
    },
  }
}
