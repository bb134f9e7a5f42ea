import type { CompatMessage } from '../../channels/compat.ts'

/** Whether a client hears the room now. */
export type Link = 'connecting' | 'open' | 'waiting' | 'closed'

/** What a client tells of what it gets. */
export interface Told {
  linked(link: Link): void
  /** A message arrived. */
  got(message: CompatMessage): void
  /** The client begins with what the room has now. */
  began(messages: readonly CompatMessage[]): void
}

/** One of the five clients, connected. */
export interface Client {
  /** Rejects if the message is not taken. */
  send(text: string): Promise<unknown>
  close(): void
}

/** Connects a client. One that knows positions goes on right after that of the page. */
export type Open = (told: Told, position: string) => Client

/** Where the room is. */
export const channelUrl = '/baro/channels/compat'
