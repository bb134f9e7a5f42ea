import { isr } from './isr.ts'
import { isrLive } from './isr-live.ts'
import { polling } from './polling.ts'
import { ssrLive } from './ssr-live.ts'
import type { Way } from './way.ts'
import { webSocket } from './web-socket.ts'

/** The ways that are compared, by the name in their URL. */
export const ways = {
  isr,
  'isr-live': isrLive,
  'ssr-live': ssrLive,
  'web-socket': webSocket,
  polling,
} as const satisfies Readonly<Record<string, Way>>

export type WayName = keyof typeof ways

export const wayNames = Object.keys(ways) as readonly WayName[]

/** Where the page of a way is. */
export const pageOfWay = (name: WayName) => `/compare/pages/${name}`
