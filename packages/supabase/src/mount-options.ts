import { anyText, type OptionRules } from '@baro/core/protocol'

/** What `mount` takes. */
export interface SupabaseOptions {
  /** Where clients connect. Default `'/realtime/v1'`, which is what they make of the URL of a project. */
  readonly path?: string
  /** The key of clients that are nobody: `createClient(url, 'anon')`. Every other key or token is for the hub's `auth`. Default `'anon'`. */
  readonly anonKey?: string
}

/** What the options of `mount` must be. */
export const mountOptionRules: OptionRules<SupabaseOptions> = { path: anyText, anonKey: anyText }
