/** A server under measurement: it accepts subscribers, and tells every one of them what it is given. */
export interface BenchServer {
  /** Listens on a free loopback port and returns it. */
  listen(): Promise<number>
  /** Sends a payload to every subscriber; resolves once it is kept, where it is kept. */
  publish(payload: string): void | Promise<void>
}
