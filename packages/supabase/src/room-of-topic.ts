import { BaroError, type Json, type Publication } from '@baro/core'
import { type AtPosition, createId } from '@baro/core/protocol'
import type { Followed, Participant } from '@baro/server'
import type { Batch, BoundedQueue, Dialect, GatewayHost, Outlet } from '@baro/server/parts'
import { HeldQueue } from './held-queue.ts'
import type { JoinRequest, Replay } from './join-request.ts'
import { OwnIds } from './own-ids.ts'
import type { Speech, Spoken, SpokenSignal } from './speech.ts'
import { isRecord } from './wire/frame.ts'

/** What the room works with. */
export interface RoomOfTopicParts {
  readonly host: GatewayHost
  readonly channel: string
  readonly speech: Speech
  readonly request: JoinRequest
  readonly outbox: BoundedQueue
  /** Writes what happened; the caller has asked the outbox. */
  readonly deliver: (bytes: Uint8Array) => void
  /** The channel is followed, and what is to be replayed is read. */
  readonly ready: () => void
  readonly failed: (error: unknown) => void
}

/** The channel that one client broadcasts in: what the client says there, and what it is told. */
export class RoomOfTopic implements Outlet<Spoken, SpokenSignal> {
  readonly dialect: Dialect<Spoken, SpokenSignal>
  readonly outbox: HeldQueue
  readonly #parts: RoomOfTopicParts
  readonly #own = new OwnIds()
  /** Comes with the signals of this client. The marks of no other gateway begin so. */
  readonly #mark: string
  #followed: Followed | undefined
  /** Where the client stands. */
  #position: AtPosition | undefined
  /** What the client is told first, as soon as it knows that it has joined. */
  #first: { readonly replayed: readonly Publication[]; readonly batch: Batch } | undefined
  #isBegun = false

  constructor(parts: RoomOfTopicParts) {
    this.dialect = parts.speech.dialect
    this.outbox = new HeldQueue(parts.outbox)
    this.#parts = parts
    this.#mark = `-${createId(parts.host.randomness)}`
  }

  get isReady(): boolean {
    return this.#first !== undefined
  }

  /** Follows as somebody, in the place of whoever it was before, from where the client stands. */
  follow(participant: Participant): void {
    this.#followed?.end()
    this.#followed = participant.follow({ channel: this.#parts.channel }, this.#position ?? 'now', this)
  }

  /** The client knows that it has joined. */
  begin(): void {
    if (this.#isBegun || !this.#first) return
    this.#isBegun = true
    const { replayed, batch } = this.#first
    const { speech, deliver } = this.#parts
    for (const { id, type: event, payload } of replayed)
      deliver(speech.broadcast({ event, payload, meta: { id, replayed: true } }))
    this.#continue(batch)
    this.outbox.letGo()
  }

  /**
   * Publishes what the client broadcasts, through the rules and handlers of the channel.
   *
   * @throws {BaroError} As `publish` and `signal` of the participant.
   */
  async say(participant: Participant, payload: Json): Promise<void> {
    const { host, channel, request } = this.#parts
    const { event, payload: said = {} } = isRecord(payload) ? payload : {}
    if (typeof event !== 'string') throw new BaroError('bad-message', 'A broadcast has no event. Name one.')
    if (host.hasSignal(channel, event)) return participant.signal({ channel }, event, said, { mark: this.#mark })
    const id = createId(host.randomness)
    if (!request.self) this.#own.add(id)
    await participant.publish({ channel }, event, said, { id })
  }

  recovered(batch: Batch): void {
    const isBack = this.#position !== undefined
    this.#position = batch.position
    if (this.#isBegun) return this.#continue(batch)
    // Under another token before it has begun: what was read is still what it is told first.
    if (isBack) return
    this.outbox.hold()
    this.#read(this.#parts.request.replay, batch).then(
      (replayed) => {
        this.#first = { replayed, batch }
        this.#parts.ready()
      },
      (error) => this.#parts.failed(error),
    )
  }

  continued(said: Spoken, position: AtPosition): void {
    this.deliver(said, position)
  }

  deliver({ all, together }: Spoken, position: AtPosition): void {
    this.#position = position
    const { deliver, request } = this.#parts
    if (request.self || this.#own.isEmpty) return deliver(together)
    for (const { id, frame } of all) if (!this.#own.has(id)) deliver(frame)
  }

  signal({ frame, mark }: SpokenSignal): void {
    if (this.#isBegun && (this.#parts.request.self || mark !== this.#mark)) this.#parts.deliver(frame)
  }

  /** The client's protocol has no snapshot: it joins again, and its application begins again. */
  reset(reason: string): void {
    const { channel, failed } = this.#parts
    failed(new BaroError('unavailable', `What follows in "${channel}" is not kept any more (${reason}). Join again.`))
  }

  failed(error: unknown): void {
    this.#parts.failed(error)
  }

  #continue(batch: Batch): void {
    const said = this.#parts.speech.of(batch)
    if (said) this.deliver(said, batch.position)
  }

  /** What was kept before the client stands where it does, as far as it wants it. */
  async #read(replay: Replay | undefined, { channel, follows }: Batch): Promise<readonly Publication[]> {
    const until = follows.kind === 'at' ? follows.offset : 0
    if (!replay || until === 0) return []
    const { host } = this.#parts
    const range = { until, limit: replay.limit, bytes: host.limits.catchUpBytes }
    const { publications } = await host.broker.read(channel, range)
    return publications.filter(({ time }) => time >= replay.sinceMs)
  }
}
