import type { ChannelTypes, InputOf, Reference, Schema } from '@baro/core'
import { type Cancel, type Clock, systemClock } from '@baro/core/broker'
import { copyForWire, here, hereChannel } from '@baro/core/protocol'
import type { Client } from '../client/client.ts'
import type { Status } from '../connection/status.ts'

/** What a member of a channel tells of itself. */
export type OwnState<T extends ChannelTypes> = T['member'] extends Schema ? InputOf<T['member']> : never

/** Being in a channel, as long as it is not stopped. */
export interface Tracking<T extends ChannelTypes = ChannelTypes> {
  /** `live` while this client is a member; `refused`, with the code of the error, if the hub does not take it. */
  readonly status: Status
  /** Calls on every change of `status`; returns how to stop. */
  onChange(listener: (status: Status) => void): () => void
  /**
   * Tells something else of itself. However often it is called, it is sent a few times a second.
   *
   * @throws {BaroError} `invalid-payload` if JSON cannot hold it.
   */
  update(state: OwnState<T>): void
  /** Leaves, if no other tab of this user is here. */
  stop(): void
}

/** What is told in between is not sent: the hub would not tell it either. */
const gatherMs = 250

/**
 * Makes this client a member of a channel, on whatever transport, until it is stopped: every link and every request says it
 * anew. Its hub, and its rule for `track`, decide; see `status`.
 *
 * @param state Shown to whoever may see the members. At most 2 kB of JSON.
 * @throws {BaroError} `invalid-payload` if JSON cannot hold the state.
 *
 * @example
 * ```ts
 * const tracking = track(client, room({ id: 42 }), { name: 'Ada' })
 * tracking.update({ name: 'Ada', typing: true })
 * ```
 */
export function track<T extends ChannelTypes>(
  client: Client,
  reference: Reference<T>,
  state: OwnState<T>,
  clock: Clock = systemClock,
): Tracking<T> {
  const written = (value: unknown) => here(reference, copyForWire(value, 'The state'))
  let said = written(state)
  const subscription = client.subscribe(hereChannel, said)
  let newest: ReturnType<typeof here> | undefined
  let cancel: Cancel | undefined

  function send(): void {
    cancel = newest && clock.after(gatherMs, send)
    if (newest) subscription.offer(newest)
    newest = undefined
  }

  return {
    get status() {
      return subscription.current.status
    },
    onChange: (listener) => subscription.onChange(({ status }) => listener(status)),
    update(value) {
      const before = said
      said = written(value)
      if (JSON.stringify(before) === JSON.stringify(said)) return
      newest = said
      if (!cancel) send()
    },
    stop() {
      cancel?.()
      newest = undefined
      subscription.close()
    },
  }
}
