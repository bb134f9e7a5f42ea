import { type Cancel, type Clock, deadlineIn } from '@baro/core/broker'

/** What has a pulse: a client of the library. */
export interface Pulsed {
  readonly isReady: boolean
  on(event: 'connect' | 'ready' | 'error' | 'end', listener: () => void): unknown
  sendCommand(args: string[]): Promise<unknown>
  destroy(): void
  connect(): Promise<unknown>
}

/** How a pulse is kept. */
export interface PulseTerms {
  readonly clock: Clock
  /** For how long an answer may be away until the connection is given up, in milliseconds. */
  readonly silenceMs: number
  /** Before it is connected again, in milliseconds. */
  readonly waitMs: () => number
  /** Whether anybody still wants the client by then. */
  readonly isWanted: () => boolean
  readonly failed: (error: Error) => void
}

/** A healthy connection is asked for a sign of life so often in that time. */
const asksInSilence = 3

/**
 * Gives up a connection on which no answer comes, and connects anew.
 *
 *   connecting ──connect──▶ greeting ──ready──▶ asking ⟷ resting
 *       ▲                      └──────silent───────┘
 *       └──────────after a wait────────┘
 *
 * The library has a time for that, too, but judges by timers, which run before what came while the event loop stood still is read; and to it what is
 * sent is a sign of life.
 */
export function keepPulse(client: Pulsed, { clock, silenceMs, waitMs, isWanted, failed }: PulseTerms): void {
  let cancel: Cancel = () => {}
  const next = (planned: Cancel) => {
    cancel()
    cancel = planned
  }
  const giveUp = (): void => {
    client.destroy()
    failed(new Error(`No answer has come for ${silenceMs} ms.`))
    // Not at once: the library first ends what it was at.
    const again = () => {
      if (isWanted()) client.connect().catch(() => {})
    }
    next(clock.after(waitMs(), again))
  }
  const expectAnswer = () => next(deadlineIn(clock, silenceMs, giveUp))
  const ask = (): void => {
    expectAnswer()
    client.sendCommand(['PING']).then(
      () => next(clock.after(silenceMs / asksInSilence, ask)),
      // Then the connection has ended.
      () => {},
    )
  }
  const stop = () => next(() => {})
  client.on('connect', expectAnswer)
  client.on('ready', ask)
  client.on('error', stop)
  client.on('end', stop)
  if (client.isReady) ask()
}
