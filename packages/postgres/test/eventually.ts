import { setTimeout as delay } from 'node:timers/promises'

/** Asks again until the answer is no failure: a real database tells in its own time. The test's timeout bounds it. */
export async function eventually<T>(ask: () => T | Promise<T>): Promise<T> {
  for (const until = Date.now() + 8_000; ; ) {
    try {
      return await ask()
    } catch (error) {
      if (Date.now() > until) throw error
      await delay(10)
    }
  }
}
