import type { Cancel, Clock } from '@baro/core/broker'
import type { SessionLink } from '../../ports/socket.ts'

/**
 * Gives a session the messages of a body one after the other, as fast as its allowance lets it: what is above it waits
 * here, as it would in a socket that is not read. Returns what stops it.
 */
export function handInPace(
  clock: Clock,
  session: SessionLink,
  messages: readonly string[],
  hand: (message: string) => void,
): Cancel {
  let next = 0
  let cancel: Cancel = () => {}
  const goOn = (): void => {
    let waitMs = session.spend(0, 0)
    for (let message = messages[next]; waitMs === 0 && message !== undefined; message = messages[next]) {
      next++
      waitMs = session.spend(1, message.length)
      hand(message)
    }
    if (next < messages.length) cancel = clock.after(waitMs, goOn)
  }
  goOn()
  return () => cancel()
}
