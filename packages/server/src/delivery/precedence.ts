/** The most bytes that a kernel queues for a socket that nobody reads from (`net.ipv4.tcp_wmem` of Linux). */
export const mostQueuedBytes: number = 4 << 20

/**
 * Whether somebody certainly reads from a socket: it has taken more bytes than its kernel queue holds, and none wait.
 *
 * Such sockets are written first. A reader that never reads looks like every other one until its queue is full. Filling
 * a thousand such queues takes a while, and the other readers would wait behind them.
 */
export function isKnownToRead(takenBytes: number, waitingBytes: number): boolean {
  return waitingBytes === 0 && takenBytes >= mostQueuedBytes
}
