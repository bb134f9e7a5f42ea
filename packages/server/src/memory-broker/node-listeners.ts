import type { Log } from '@baro/core'
import type { NodeListener, NodeMessage } from '@baro/core/broker'
import { describeError } from '../observe/describe-error.ts'

/** The hubs that hear what hubs tell each other. */
export class NodeListeners {
  readonly #log: Log
  readonly #listeners = new Set<{ readonly listener: NodeListener }>()

  constructor(log: Log) {
    this.#log = log
  }

  /** Returns a function that stops it. */
  add(listener: NodeListener): () => void {
    // Wrapped, so that a listener that was added twice can be removed once.
    const added = { listener }
    this.#listeners.add(added)
    return () => this.#listeners.delete(added)
  }

  tell(message: NodeMessage): void {
    for (const added of [...this.#listeners])
      try {
        // A listener that stopped while others were told is told nothing more.
        if (this.#listeners.has(added)) added.listener.heard(message)
      } catch (error) {
        this.#log.error(`A node threw at the message "${message.type}"; the others get it. ${describeError(error)}`)
      }
  }
}
