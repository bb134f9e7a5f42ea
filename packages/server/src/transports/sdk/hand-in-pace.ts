import type { Cancel, Clock } from '@baro/core/broker'
import type { SessionLink } from '../../ports/socket.ts'
import type { FairTurns } from '../http/fair-turns.ts'

/** What handing works with. */
export interface HandInPaceParts {
  readonly clock: Clock
  readonly turns: Pick<FairTurns, 'begin'>
}

/** What is done with each message, and when there is none left. */
export interface Hands<Message> {
  hand(message: Message): void
  done?(): void
}

/** A message of a body; its text, or what is wrong with it. */
export interface Paced {
  readonly text: string | Error
}

/**
 * Gives a session the messages of a body one after the other, as fast as its allowance lets it, and no more in one turn of
 * the event loop than its address may begin: what is above it waits here, as it would in a socket that is not read.
 * Returns what stops it.
 */
export function handInPace<Message extends Paced>(
  { clock, turns }: HandInPaceParts,
  address: string | undefined,
  session: SessionLink,
  messages: readonly Message[],
  { hand, done }: Hands<Message>,
): Cancel {
  let next = 0
  let isStopped = false
  let cancel: Cancel = () => {}
  const goOn = (): void => {
    if (next === messages.length) return done?.()
    const waitMs = session.spend(0, 0)
    if (waitMs > 0) cancel = clock.after(waitMs, goOn)
    else turns.begin(address, handNext)
  }
  const handNext = (): void => {
    const message = messages[next]
    if (isStopped || message === undefined) return
    next++
    session.spend(1, typeof message.text === 'string' ? message.text.length : 0)
    hand(message)
    goOn()
  }
  goOn()
  return () => {
    isStopped = true
    cancel()
  }
}
