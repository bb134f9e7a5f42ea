// biome-ignore-all assist/source/organizeImports: the order is that in which they are loaded.
/**
 * `ws`, without its optional addon `bufferutil`. Where an application is bundled (Next.js with webpack bundles what
 * `instrumentation.ts` imports) and the addon is not installed, the bundler puts an empty module in its place: `ws` calls
 * functions of it that are not there, and the first message of 32 bytes ends the process. So it is told not to look for it.
 */
import { addonsAsBefore } from './addons-off.ts'
import { type ServerOptions, WebSocketServer } from 'ws'

addonsAsBefore()

// A function, not a re-export: the package has no side effects, so a bundler takes what is only passed on straight from
// `ws`, and leaves this file out.
export function createWebSocketServer(options: ServerOptions): WebSocketServer {
  return new WebSocketServer(options)
}
