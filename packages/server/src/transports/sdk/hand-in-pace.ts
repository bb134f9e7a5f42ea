import type { Cancel, Clock } from '@baro/core/broker'
import type { SessionLink } from '../../ports/socket.ts'

/** A message of a body; its text, or what is wrong with it. */
export interface Paced {
  readonly text: string | Error
}

/**
 * Gives a session the messages of a body one after the other, as fast as its allowance lets it: what is above it waits
 * here, as it would in a socket that is not read. Returns what stops it.
 */
export function handInPace<Message extends Paced>(
  clock: Clock,
  session: SessionLink,
  messages: readonly Message[],
  hand: (message: Message) => void,
): Cancel {
  let next = 0
  let cancel: Cancel = () => {}
  const goOn = (): void => {
    for (;;) {
      const message = messages[next]
      if (message === undefined) return
      const waitMs = session.spend(0, 0)
      if (waitMs > 0) {
        cancel = clock.after(waitMs, goOn)
        return
      }
      next++
      session.spend(1, typeof message.text === 'string' ? message.text.length : 0)
      hand(message)
    }
  }
  goOn()
  return () => cancel()
}
