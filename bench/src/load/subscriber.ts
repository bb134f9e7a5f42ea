/** What happens to one subscriber. */
export interface SubscriberEvents {
  ready(): void
  /** So many publications arrived at once. */
  received(count: number): void
  /** A question was answered; told by those that ask. */
  answered(): void
  /** The server closed it, or it failed. */
  lost(reason: string): void
}

/** Where a subscriber connects, and from where: any of 127.0.0.0/8, so that ports do not run short. */
export interface Address {
  readonly port: number
  readonly localAddress: string
  /** Whether it notes where to continue from. */
  readonly note: boolean
}

/** One connection, as light as it can be: a plain socket that counts marks. */
export interface Subscriber {
  drop(): void
  /** Publishes texts, one after the other, in one write; of those that can. */
  publish?(texts: readonly string[]): void
}

/** Opens one subscriber; called again, it comes back from where it was, if that was noted. */
export type OpenSubscriber = (address: Address, events: SubscriberEvents) => Subscriber

const mark = '#'.charCodeAt(0)

/** How many marks, and so publications, are in this part of the bytes. */
export function countMarks(bytes: Buffer, start: number, end: number): number {
  let count = 0
  for (let at = bytes.indexOf(mark, start); at >= 0 && at < end; at = bytes.indexOf(mark, at + 1)) count++
  return count
}
