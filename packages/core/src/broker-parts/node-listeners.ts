import type { NodeListener, NodeMessage } from '../ports/broker.ts'
import type { Report } from './report.ts'

/** The hubs that hear what hubs tell each other. */
export class NodeListeners {
  readonly #report: Report
  readonly #listeners = new Set<{ readonly listener: NodeListener }>()

  constructor(report: Report) {
    this.#report = report
  }

  /** Returns a function that stops it. */
  add(listener: NodeListener): () => void {
    // Wrapped, so that a listener that was added twice can be removed once.
    const added = { listener }
    this.#listeners.add(added)
    return () => this.#listeners.delete(added)
  }

  /** Messages may have been missed. */
  lost(): void {
    for (const added of [...this.#listeners])
      try {
        if (this.#listeners.has(added)) added.listener.lost()
      } catch (error) {
        this.#report('A node threw when it was told that messages were lost; the others are told.', error)
      }
  }

  tell(message: NodeMessage): void {
    for (const added of [...this.#listeners])
      try {
        // A listener that stopped while others were told is told nothing more.
        if (this.#listeners.has(added)) added.listener.heard(message)
      } catch (error) {
        this.#report(`A node threw at the message "${message.type}"; the others get it.`, error)
      }
  }
}
