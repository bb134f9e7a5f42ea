/** A server under measurement: it accepts subscribers, and tells every one of them what it is given. */
export interface BenchServer {
  /** Listens on a free loopback port and returns it. */
  listen(): Promise<number>
  /** Sends a payload to every subscriber; resolves once it is kept, where it is kept. */
  publish(payload: string): void | Promise<void>
  /** Publishes to a channel of its own for each number. */
  publishTo?(channel: number, payload: string): Promise<void>
  /** CPU time it has taken; absent where the server is this process. */
  cpuMicros?(): number
  /** Its resident memory, likewise. */
  rssBytes?(): number
  /** Listens on a Unix socket too, and returns its path. */
  listenOnPath?(): Promise<string>
  /** How many readers it has cut because they did not read. */
  cutReaders?(): number
}
