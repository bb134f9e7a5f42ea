import type { ClientLog } from './client-log.ts'

/** Functions that are told of events, by the events' names. */
export interface Listeners<Events> {
  /** Adds one; the returned function takes it away again. */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void
  tell<Name extends keyof Events>(name: Name, value: Events[Name]): void
}

/** Makes an empty set of listeners. One that throws is logged and keeps nobody else from being told. */
export function createListeners<Events>(log: ClientLog): Listeners<Events> {
  // Wrapped, so that the same function added twice is two listeners.
  const all = new Set<{ readonly name: keyof Events; readonly listener: (value: never) => void }>()
  return {
    on(name, listener) {
      const one = { name, listener }
      all.add(one)
      return () => all.delete(one)
    },
    tell(name, value) {
      for (const one of [...all])
        if (one.name === name)
          try {
            // Added under this name, so it takes this value.
            one.listener(value as never)
          } catch (error) {
            log.error(`A listener threw: ${error}`)
          }
    },
  }
}
