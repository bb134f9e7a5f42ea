import { setTimeout as delay } from 'node:timers/promises'

/** Asks again until the answer is no failure, for a minute: a real database tells in its own time, and decodes what all tests beside this one write. */
export async function eventually<T>(ask: () => T | Promise<T>): Promise<T> {
  for (const until = Date.now() + 60_000; ; ) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > until) throw error
      await delay(10)
    }
  }
}
