/**
 * Makes the pages stale that show a channel in which something was taken back: their next visitors wait for a render, on
 * this node at once, on others as soon as the broker has told them. A node that may have missed it renders every page anew
 * that shows a moderated channel.
 */
import type { Log } from '@baro/core'
import type { Broker, PageStore } from '@baro/core/broker'
import type { Hearing } from '../access/hearing.ts'
import { describeError } from '../observe/describe-error.ts'

/** What it works with. */
export interface RedactedPagesParts {
  readonly store: Pick<PageStore, 'mark'>
  readonly broker: Pick<Broker, 'tell'>
  readonly hearing: Pick<Hearing, 'add'>
  readonly log: Log
  /** Names this node, which does not do again what it told. */
  readonly node: string
}

/** What nodes tell each other. */
const redacted = 'baro:redacted'

/** The tag that every page has which shows a moderated channel. */
export const moderatedTag = 'moderated'

export class RedactedPages {
  readonly #parts: RedactedPagesParts

  constructor(parts: RedactedPagesParts) {
    this.#parts = parts
    parts.hearing.add({
      heard: ({ type, payload }) => {
        if (type !== redacted) return
        const { node, channel } = payload as { readonly [name: string]: unknown }
        if (node !== parts.node && typeof channel === 'string') this.#mark(`channel:${channel}`)
      },
      missed: () => this.#mark(moderatedTag),
    })
  }

  /**
   * @throws {BaroError} `unavailable` if the other nodes could not be told, or whatever the store throws.
   */
  async stale(channel: string): Promise<void> {
    const { store, broker, node } = this.#parts
    await store.mark([`channel:${channel}`])
    await broker.tell({ type: redacted, payload: { node, channel } })
  }

  #mark(tag: string): void {
    Promise.resolve()
      .then(() => this.#parts.store.mark([tag]))
      .catch((error) => this.#parts.log.error({}, `Could not mark pages as stale: ${describeError(error)}`))
  }
}
