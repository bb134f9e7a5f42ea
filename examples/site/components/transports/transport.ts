/** The four ways to read one channel, in the order of the page. */
export const transports = ['websocket', 'sse', 'long-poll', 'poll'] as const

/** One of the four. */
export type Transport = (typeof transports)[number]

/** Seconds between two polls. */
export const pollSeconds = 2

/** Seconds that the server may hold a long poll. */
export const waitSeconds = 25

/** What a page would write to follow the channel this way. */
export const codeOf: Readonly<Record<Transport, string>> = {
  websocket: "new WebSocket('/baro/channels/race?after=P')",
  sse: "new EventSource('/baro/channels/race?after=P&live=sse')",
  'long-poll': `fetch('/baro/channels/race?after=P&wait=${waitSeconds}')`,
  poll: "fetch('/baro/channels/race?after=P')",
}
