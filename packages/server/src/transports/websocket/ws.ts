// biome-ignore-all assist/source/organizeImports: the order is that in which they are loaded.
/**
 * `ws`, without its optional addon `bufferutil`. Where an application is bundled (Next.js with webpack bundles what
 * `instrumentation.ts` imports) and the addon is not installed, the bundler puts an empty module in its place: `ws` calls
 * functions of it that are not there, and the first message of 32 bytes ends the process. So it is told not to look for it.
 */
import { addonsAsBefore } from './addons-off.ts'
import * as ws from 'ws'
import type { Writable } from 'node:stream'

addonsAsBefore()

/** What the reader of frames of `ws` takes; its types leave it out. */
interface ReceiverOptions {
  readonly isServer: boolean
  readonly maxPayload: number
  readonly maxFragments: number
  readonly maxBufferedChunks: number
  readonly extensions: Readonly<Record<string, object>>
}

interface ReaderOfFrames {
  readonly Receiver: new (options: ReceiverOptions) => Writable
}

// A constant, not a re-export: the package has no side effects, so a bundler takes what is only passed on straight from
// `ws`, and leaves this file out.
export const Receiver: new (options: ReceiverOptions) => Writable = (ws as unknown as ReaderOfFrames).Receiver
