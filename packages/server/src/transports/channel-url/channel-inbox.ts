/** What the other side of a plain WebSocket sends: each message publishes to its channel, bounded and in order. */
import { BaroError, type Json, parseFrame, parseJson, type Result } from '@baro/core'
import type { ChannelContext } from '../../channel/handlers.ts'
import type { Resolved } from '../../channel/registry.ts'
import type { HubParts } from '../../hub/hub-parts.ts'
import type { PublishAnswer } from '../../publish/publisher.ts'
import { assertRoomAtWork, fullAllowance, spend } from '../../session/allowance.ts'

/** Where answers go. */
export interface InboxOutlet {
  published(answer: PublishAnswer): void
  /** Something was refused or failed; `id` if it was a publish that had one. */
  refused(error: BaroError, id?: string): void
}

interface Publish {
  readonly type: string
  readonly payload: unknown
  readonly id: string | undefined
}

export class ChannelInbox {
  readonly #parts: HubParts
  readonly #resolved: Resolved
  readonly #context: ChannelContext
  /** Whose publish ids these are (I5). */
  readonly #scope: string
  readonly #outlet: InboxOutlet
  #lastPublish: Promise<void> = Promise.resolve()
  #atWork = 0
  #allowance: number
  #heardAtMs: number

  constructor(parts: HubParts, resolved: Resolved, context: ChannelContext, outlet: InboxOutlet) {
    this.#parts = parts
    this.#resolved = resolved
    this.#context = context
    this.#scope = context.user ? `user:${context.user.id}` : `stream:${context.session}`
    this.#outlet = outlet
    this.#allowance = fullAllowance(parts.limits.messagesPerSecond)
    this.#heardAtMs = parts.clock.elapsed()
  }

  /** A message arrived, as a text or as a binary frame. */
  receive(data: string | Uint8Array): void {
    const refusal = this.#spend()
    const publish = refusal ?? publishIn(data, this.#resolved)
    if (publish instanceof BaroError) this.#outlet.refused(publish)
    else this.#publish(publish)
  }

  /** Something arrived that must not be read. */
  refuse(error: BaroError): void {
    this.#outlet.refused(this.#spend() ?? error)
  }

  #spend(): BaroError | undefined {
    const nowMs = this.#parts.clock.elapsed()
    const { left, exceeded } = spend(this.#allowance, nowMs - this.#heardAtMs, this.#parts.limits.messagesPerSecond)
    this.#allowance = left
    this.#heardAtMs = nowMs
    return exceeded
  }

  #publish(publish: Publish): void {
    const before = this.#lastPublish
    this.#atWork++
    this.#lastPublish = this.#accept(publish, before).finally(() => {
      this.#atWork--
    })
  }

  async #accept({ type, payload, id }: Publish, before: Promise<void>): Promise<void> {
    const { limits, publisher } = this.#parts
    const [resolved, context, scope] = [this.#resolved, this.#context, this.#scope]
    try {
      assertRoomAtWork(this.#atWork, limits.maxMessagesAtWork)
      await before
      const assertAllowed = () => this.#parts.assertAllowed(resolved, context, 'publish')
      const answer = await publisher.accept({ resolved, type, payload, id, scope, context, assertAllowed })
      if (id !== undefined) this.#outlet.published(answer)
    } catch (error) {
      this.#outlet.refused(this.#parts.explain(error, resolved.channel), id)
    }
  }
}

function publishIn(data: string | Uint8Array, resolved: Resolved): Publish | BaroError {
  if (typeof data !== 'string') return publishOf(parseFrame(data), resolved)
  // What begins like a JSON object is taken for one, so that a mistake in it is said and not published.
  if (data.trimStart().startsWith('{')) return publishOf(parseJson(data), resolved)
  const { text } = resolved.definition
  return text === undefined ? notPublish(resolved) : { type: text, payload: data, id: undefined }
}

function publishOf(parsed: Result<Json>, resolved: Resolved): Publish | BaroError {
  if (!parsed.ok) return parsed.error
  const { type, payload, id } = (parsed.value ?? {}) as Readonly<Record<string, unknown>>
  if (typeof type === 'string' && payload !== undefined && (id === undefined || typeof id === 'string'))
    return { type, payload, id }
  return notPublish(resolved)
}

function notPublish({ definition, channel }: Resolved): BaroError {
  const [event = 'message'] = Object.keys(definition.events)
  return new BaroError(
    'bad-message',
    `This is not { "type", "payload", "id"? }. To take plain text at "${channel}", define the channel with text: ${JSON.stringify(event)}.`,
  )
}
