import type { BaroError } from '@baro/core'

/**
 * How one kind of transport turns a message into bytes. There is one object for each kind, compared by identity, so
 * that fan-out encodes once for all sockets of a kind. A message is JSON text with its bytes in base64. A transport
 * that can carry raw bytes finds them there.
 */
export interface Framing {
  readonly name: string
  frame(text: string): Uint8Array
  /**
   * Frames a message that differs a little for each client. Returns the pieces of one frame: the long piece is made
   * once, and all clients that wait for it hold the same one. A framing leaves it out where encoding costs less than
   * keeping.
   */
  frameShared?(message: SharedMessage): readonly Uint8Array[]
  /** The frames in what was written, for who looks at a link. A framing that leaves it out is not looked at. */
  readBack?(bytes: Uint8Array): readonly FrameRead[]
}

/** A frame as it was on the wire. */
export interface FrameRead {
  readonly kind: 'text' | 'binary' | 'comment' | 'close'
  /** Its length on the wire. */
  readonly bytes: number
  readonly isCompressed: boolean
  /** The message in it; left out where there is none. */
  readonly data?: string | Uint8Array | undefined
}

/** Who looks at one link. It never throws. */
export interface LinkTap {
  /** A message came, as the session gets it. */
  heard(data: string | Uint8Array): void
  /** These were written in one piece. */
  said(frames: readonly FrameRead[]): void
}

/** A message whose long middle stands in the messages of other clients too. */
export interface SharedMessage {
  readonly head: string
  readonly shared: SharedText
  readonly tail: string
}

/** JSON text that many clients get, compared by identity. What is made of it may be kept for as long as it is kept. */
export interface SharedText {
  readonly text: string
}

/**
 * What the hub needs of a link to a client. It is small, so that another runtime fits in one file.
 *
 * Duties: `write` takes whole frames, one or many, in pieces that belong together. It never throws, also when the link
 * is gone. Bytes leave in the order in which they were written. `close` lets what was written leave first. The
 * transport tells the {@link SessionLink} of everything that arrives and, exactly once, that the link is gone.
 */
export interface Socket {
  readonly framing: Framing
  /** Bytes taken by `write` that have not left the process. */
  readonly waitingBytes: number
  write(pieces: readonly Uint8Array[]): void
  close(code: number, reason: string): void
}

/** The hub's end of a link; the transport calls it. */
export interface SessionLink {
  /**
   * Spends the allowance of the link on what has come, before it is inflated and decoded: messages, or frames, and bytes.
   * Returns for how many milliseconds nothing more may be read from the link. Then the transport asks again by spending
   * nothing, until it is told 0.
   */
  spend(messages: number, bytes: number): number
  /** A message arrived, as a text or as a binary frame, and was paid for. Never throws: bad input is answered. */
  receive(data: string | Uint8Array): void
  /**
   * Something arrived that must not be handled, such as a message that is too long. The error answers it, and names it
   * as far as `message` does, which is what was parsed of it.
   */
  refuse(error: BaroError, message: unknown): void
  /** Everything written has left, so a slow reader may go on. */
  drained(): void
  /**
   * The link is gone. Called exactly once; nothing is written afterwards.
   *
   * @param code The close code that came, if one did. Default 1006.
   */
  closed(code?: number, reason?: string): void
}

/** What is known of a client before its first message. */
export interface Handshake {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Path and query of the request. */
  readonly url: string
  /**
   * Network address of the client, in the one form in which it is compared: IPv4 inside IPv6 as IPv4, no zone, no port.
   * Left out where it is not known.
   */
  readonly address?: string
  /** How the client asks. Left out where it is not known: a proxy in front may have taken TLS off. */
  readonly scheme?: 'http' | 'https'
  /** Whom the client asks, in the one form in which it is compared: lower case, without the default port of `scheme`. */
  readonly host?: string
}
