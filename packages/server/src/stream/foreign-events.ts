/** Finds publications that another build of the application made, and that this one cannot fold. */
import type { Log, Publication } from '@baro/core'
import type { Resolved } from '../channel/registry.ts'

/** Enough for every application; a log that says it so often has said it. */
const mostWarnings = 100

/**
 * Says once, for each type of a definition, that a node of another build publishes what this one does not define. Its state
 * passes that by, and is kept as the state of its version: nodes that start later would go on from it, without a word.
 */
export class ForeignEvents {
  readonly #log: Log
  readonly #warned = new Set<string>()

  constructor(log: Log) {
    this.#log = log
  }

  /** These were heard while this node runs. What is read from before may be of a type that was taken out since. */
  heard({ channel, definition }: Resolved, publications: readonly Publication[]): void {
    const { events, state, pattern, version } = definition
    if (!state) return
    for (const { type } of publications) {
      if (Object.hasOwn(events, type) || Object.hasOwn(state.on, type) || type.startsWith('baro:')) continue
      const name = `${pattern.text} ${type}`
      if (this.#warned.has(name) || this.#warned.size >= mostWarnings) continue
      this.#warned.add(name)
      this.#log.warn(
        { channel },
        `A node of another build published ${JSON.stringify(type)} in ${JSON.stringify(channel)}, and "${pattern.text}" has no such event here, so the state of version ${JSON.stringify(version)} passes it by on this node and not on that one. Raise the version of a definition with each event that its state folds.`,
      )
    }
  }
}
