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
}
