import { checkedOptions } from '@baro/core/protocol'
import type { Hub } from '@baro/server'
import { type MountOptions, mountOptionRules } from './mount-options.ts'
import { SupabaseGateway } from './supabase-gateway.ts'

/**
 * Lets clients of Supabase Realtime into the channels of a hub, on every server that the hub is attached to. A topic is the
 * channel of its name, and a broadcast is a publication of it, or a signal where the definition says so. What a client may do
 * is for the rules and handlers of the channel. docs/from-supabase.md has the table.
 *
 * @throws {BaroError} `bad-definition` if an option does not exist or makes no sense, or if the hub or another gateway is at
 *   the path.
 *
 * @example
 * ```ts
 * mount(hub)
 * // In the browser: createClient('https://shop.example', 'anon').channel('room:1').subscribe()
 * ```
 */
export function mount(hub: Hub, options: MountOptions = {}): void {
  const { path = '/realtime/v1', anonKey = 'anon' } = checkedOptions('mount', options, mountOptionRules)
  hub.addGateway((host) => new SupabaseGateway({ hub, host, path: `/${path.replace(/^\/|\/+$/g, '')}`, anonKey }))
}
