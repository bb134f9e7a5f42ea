import type { BaroError } from '@baro/core'
import { type Cancel, type Clock, systemClock } from '@baro/core/broker'

/** How long it waits where the hub cannot say it now. */
const againMs = 5_000

/**
 * Asks which member this client is, until the hub has said it or refuses. To be asked anew with each link, because the user
 * may be another one.
 *
 * @param request That of the members channel.
 * @returns How to stop.
 *
 * @example
 * ```ts
 * const stop = askWho((type, input) => subscription.request(type, input), (id) => console.log(`I am ${id}`))
 * ```
 */
export function askWho(
  request: (type: 'me', input: null) => Promise<string>,
  known: (id: string) => void,
  clock: Clock = systemClock,
): () => void {
  let isOver = false
  let cancel: Cancel | undefined
  const ask = (): unknown =>
    request('me', null).then(
      (id) => isOver || known(id),
      ({ retry }: BaroError) => {
        if (retry && !isOver) cancel = clock.after(againMs, ask)
      },
    )
  ask()
  return () => {
    isOver = true
    cancel?.()
  }
}
