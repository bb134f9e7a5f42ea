import type { WayName } from '../../compare/ways.ts'

const stream = 'compare/follow-stream.ts'

/** The files of each way, in which its code is counted. */
export const filesOf: Readonly<Record<WayName, readonly string[]>> = {
  isr: ['compare/isr.ts'],
  'isr-live': ['compare/isr-live.ts', stream],
  'ssr-live': ['compare/ssr-live.ts', stream],
  'web-socket': ['compare/web-socket.ts', stream],
  polling: ['compare/polling.ts'],
}
