/** As much as a kernel queues at most for a socket that nobody reads from (`net.ipv4.tcp_wmem` of Linux). */
export const mostQueuedBytes: number = 4 << 20

/**
 * Whether a socket is known to be read from: it has taken more than fits into its queue, and nothing waits for it.
 *
 * Such sockets are written first. A reader that never reads looks like any other until its queue is full, and to fill
 * those of a thousand takes a while, in which the others would stand behind them.
 */
export function isKnownToRead(takenBytes: number, waitingBytes: number): boolean {
  return waitingBytes === 0 && takenBytes >= mostQueuedBytes
}
