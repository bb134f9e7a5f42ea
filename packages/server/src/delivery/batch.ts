import { type AtPosition, formatPosition, type Publication } from '@baro/core'

/**
 * Publications of one channel on their way to readers: the position they follow, the one they lead to, and their JSON,
 * made once for everybody who gets them.
 */
export class Batch {
  readonly channel: string
  readonly follows: AtPosition
  readonly position: AtPosition
  readonly publications: readonly Publication[]
  #text: string | undefined
  #openBytes: Uint8Array | undefined
  #closedBytes: Uint8Array | undefined

  constructor(channel: string, follows: AtPosition, position: AtPosition, publications: readonly Publication[]) {
    this.channel = channel
    this.follows = follows
    this.position = position
    this.publications = publications
  }

  /** The publications as a JSON list. */
  get publicationsText(): string {
    this.#text ??= JSON.stringify(this.publications)
    return this.#text
  }

  /** What it follows and where it leads: fields that every delivery has, as JSON without the braces. */
  get placeText(): string {
    return `"follows":"${formatPosition(this.follows)}","position":"${formatPosition(this.position)}"`
  }

  /** {@link placeText}, and what it brings. */
  get fieldsText(): string {
    return `${this.placeText},"publications":${this.publicationsText}`
  }

  /** The body of a poll that ends with it at the open end: one for all, so that who does not read keeps no copy. */
  get openBytes(): Uint8Array {
    this.#openBytes ??= this.#range('')
    return this.#openBytes
  }

  /** {@link openBytes} where more follows. */
  get closedBytes(): Uint8Array {
    this.#closedBytes ??= this.#range(',"more":true')
    return this.#closedBytes
  }

  #range(more: string): Uint8Array {
    return Buffer.from(`{"publications":${this.publicationsText},"position":"${formatPosition(this.position)}"${more}}`)
  }
}
