import { checkedOptions } from '@baro/core/protocol'
import type { Hub } from '@baro/server'
import { servedPath } from '@baro/server/parts'
import { mountOptionRules, type SupabaseOptions } from './mount-options.ts'
import { SupabaseGateway } from './supabase-gateway.ts'

const door = 'mount of @baro/supabase'

/**
 * Lets clients of Supabase Realtime into the channels of a hub, on every server that the hub is attached to. A topic is the
 * channel of its name, and a broadcast is a publication of it, or a signal where the definition says so. What a client may do
 * is for the rules and handlers of the channel. docs/from-supabase.md has the table.
 *
 * @throws {BaroError} `bad-definition` if a channel of the hub has no handlers yet, if an option does not exist or makes no
 *   sense, or if the hub or another gateway is at the path.
 *
 * @example
 * ```ts
 * mount(hub)
 * // In the browser: createClient('https://shop.example', 'anon').channel('room:1').subscribe()
 * ```
 */
export function mount(hub: Hub, options: SupabaseOptions = {}): void {
  const { path = '/realtime/v1', anonKey = 'anon' } = checkedOptions(door, options, mountOptionRules)
  hub.addGateway((host) => new SupabaseGateway({ hub, host, path: servedPath(door, path), anonKey }))
}
