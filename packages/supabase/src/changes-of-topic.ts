import { BaroError, type Json, type Publication, type Reference } from '@baro/core'
import type { AtPosition } from '@baro/core/protocol'
import type { Follower, Participant } from '@baro/server'
import type { BoundedQueue } from '@baro/server/parts'
import { HeldQueue } from './held-queue.ts'
import type { Binding } from './tables.ts'
import { changePayload, changeTypeOf } from './wire/change-frame.ts'

/** What following changes works with. */
export interface ChangesOfTopicParts {
  readonly bindings: readonly Binding[]
  readonly outbox: BoundedQueue
  /** All channels of the bindings are followed: from now on no change is missed. */
  readonly ready: () => void
  /** A change, for the bindings that it is of. */
  readonly changed: (payload: Json) => void
  readonly failed: (error: BaroError) => void
}

/** The rows that one client follows: each channel once, whatever bindings it has of it. */
export class ChangesOfTopic {
  readonly #parts: ChangesOfTopicParts
  readonly #byChannel = new Map<string, readonly Binding[]>()
  /** Where the client stands in each channel. */
  readonly #positions = new Map<string, AtPosition>()
  readonly #queues: HeldQueue[] = []
  #waitsFor = 0
  #isTold = false

  constructor(parts: ChangesOfTopicParts) {
    this.#parts = parts
    for (const binding of parts.bindings)
      for (const { channel } of binding.references)
        this.#byChannel.set(channel, [...(this.#byChannel.get(channel) ?? []), binding])
  }

  /** How many channels are followed. */
  get follows(): number {
    return this.#byChannel.size
  }

  get isReady(): boolean {
    return this.#waitsFor === 0
  }

  /** Follows as somebody, in the place of whoever it was before, from where the client stands. */
  follow(participant: Participant): void {
    this.#queues.length = 0
    this.#waitsFor = this.#byChannel.size
    for (const channel of this.#byChannel.keys()) {
      const queue = new HeldQueue(this.#parts.outbox)
      this.#queues.push(queue)
      participant.follow({ channel }, this.#positions.get(channel) ?? 'now', this.#follower({ channel }, queue))
    }
  }

  /** The client knows that it has joined: from now on it is told. */
  begin(): void {
    this.#isTold = true
    for (const queue of [...this.#queues]) queue.letGo()
  }

  #follower({ channel }: Reference, queue: HeldQueue): Follower {
    let isAnswered = false
    return {
      queue,
      delivered: ({ publications, position }) => {
        // The hub has just started, and does not watch the table yet: what is written now would be missed.
        if (position.offset === 0) return
        this.#positions.set(channel, position)
        for (const publication of publications) this.#tell(channel, publication)
        if (isAnswered) return
        isAnswered = true
        // What comes before the client knows that it has joined is read again then.
        if (!this.#isTold) queue.hold()
        if (--this.#waitsFor === 0) this.#parts.ready()
      },
      reset: (reason) => {
        // It goes on from there, and nobody has been promised anything of before.
        if (!isAnswered) return
        this.#parts.failed(
          new BaroError('unavailable', `What changed in "${channel}" is not kept any more (${reason}). Join again.`),
        )
      },
      failed: (error) => this.#parts.failed(error),
    }
  }

  #tell(channel: string, publication: Publication): void {
    const type = changeTypeOf(publication)
    if (!type) return
    const wanted = (this.#byChannel.get(channel) ?? []).filter(({ event }) => event === '*' || event === type)
    // Bindings with other columns get a message of their own.
    const bySelect = new Map<string, readonly Binding[]>()
    for (const binding of wanted) {
      const key = binding.select?.join() ?? ''
      bySelect.set(key, [...(bySelect.get(key) ?? []), binding])
    }
    for (const [first, ...others] of bySelect.values()) {
      const table = first?.tables.get(channel)
      if (!first || !table) continue
      const ids = [first, ...others].map(({ id }) => id)
      this.#parts.changed(changePayload(table, publication, type, ids, first.select))
    }
  }
}
