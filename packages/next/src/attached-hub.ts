import { BaroError } from '@baro/core'
import type { Hub } from '@baro/server'

// Next bundles every route apart from the others and from the custom server, so a module that held the hub would be
// many modules with many hubs. This symbol is the one global of Baro.
const key = Symbol.for('baro.hub')
const shared = globalThis as { [key]?: Hub }

/** The hub of this process, if one was attached. */
export function findHub(): Hub | undefined {
  return shared[key]
}

/** Makes this the hub of the process and returns the one before, if it was another. */
export function replaceHub(hub: Hub): Hub | undefined {
  const before = shared[key]
  shared[key] = hub
  return before === hub ? undefined : before
}

/**
 * The hub that `attach` made known to this process: for route handlers and server actions that publish.
 *
 * @throws {BaroError} `unavailable` where none was attached, for example during `next build`.
 *
 * @example
 * ```ts
 * await attachedHub().publish(room({ id: 42 }), 'message', { text: 'Hello' })
 * ```
 */
export function attachedHub(): Hub {
  const hub = findHub()
  if (hub) return hub
  throw new BaroError(
    'unavailable',
    'No hub is attached to this process. Call attach(hub) in instrumentation.ts or in your server, and not during a build.',
  )
}
