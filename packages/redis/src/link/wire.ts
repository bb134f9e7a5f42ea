import type { Clock } from '@baro/core/broker'

/** What Redis answers. */
export type Reply = string | number | null | Uint8Array | readonly Reply[]

/** A part of a command. */
export type Argument = string | Uint8Array

/** As what texts of an answer come. */
export type Texts = 'as text' | 'as bytes'

/** What is heard of the servers. */
export interface WireListener {
  /** A message of a channel of pub/sub. */
  heard(name: string, message: string): void
  /** A connection is back: what waits may be sent. */
  back(): void
  /** The servers are heard again: messages may have been missed. */
  missed(): void
  failed(error: unknown): void
}

/** The connections to Redis, to one server or to many. What is sent in one turn of the event loop to one server goes in one write. */
export interface Wire {
  /** Whether each connection stands: those that send, and those that hear. */
  readonly isWhole: boolean
  /** Resolves once it may be used. */
  open(): Promise<void>
  /** Calls whose keys have the same text here may go in one command. */
  together(key: string): string
  /** To the server that has the key. Rejects at once if there is no connection: nothing waits here. */
  send(key: string, args: readonly Argument[], texts: Texts): Promise<Reply>
  /** To each server that takes writes. */
  sendToEach(args: readonly string[]): Promise<readonly Reply[]>
  /** Resolves once every later message is heard, or `missed` is called. */
  subscribe(name: string): Promise<void>
  unsubscribe(name: string): Promise<void>
  /** The server that answers takes no writes any more: looks for the one that does, where the first one was. */
  lookAgain(): void
  close(): void
}

/** Where a server is, and who asks. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly isEncrypted: boolean
  readonly username: string | undefined
  readonly password: string | undefined
  readonly database: number | undefined
}

/** How the connections behave. */
export interface WireTerms {
  readonly clock: Clock
  /** After how long without an answer a connection is given up, in milliseconds. */
  readonly silenceMs: number
  /** The wait before the given attempt to connect, in milliseconds. */
  readonly waitBefore: (attempt: number) => number
}
