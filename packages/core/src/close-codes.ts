/**
 * The closed table of WebSocket close codes that Baro sends. 4000 to 4499 mean: come back. 4500 to 4999 mean: give up,
 * because the next try would end the same way. Codes below 4000 are those of RFC 6455 §7.4.1. Each code has a heading
 * in PROTOCOL.md.
 */
export const closeCodes = {
  normal: 1000,
  'going-away': 1001,
  'broken-frame': 1002,
  'bad-utf8': 1007,
  'too-large': 1009,
  drain: 4000,
  slow: 4001,
  silent: 4002,
  'no-connect': 4003,
  unavailable: 4004,
  unreadable: 4005,
  expired: 4006,
  'wrong-protocol': 4500,
  unauthenticated: 4501,
  refused: 4502,
} as const

// Codes apart from the table: a browser bundle needs these, and not the rest.
/** The hub asks the client to come back: the node stops, or it lost the claims that the connection counts on. */
export const drainCode: (typeof closeCodes)['drain'] = 4000
/** The token has expired: come back with a new one. */
export const expiredCode: (typeof closeCodes)['expired'] = 4006
/** The application's `auth` refused. */
export const unauthenticatedCode: (typeof closeCodes)['unauthenticated'] = 4501

/** One of the names of {@link closeCodes}. */
export type CloseName = keyof typeof closeCodes

/** Whether a client that was closed with this code gives up instead of coming back. */
export function isFinalClose(code: number): boolean {
  return code >= 4500 && code <= 4999
}
