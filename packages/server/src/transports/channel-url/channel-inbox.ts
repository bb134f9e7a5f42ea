/** Takes what a client sends on a plain WebSocket. Each message publishes to the channel, or asks it, bounded and in order. */
import { BaroError, type Json } from '@baro/core'
import { parseFrame, parseJson, type Result } from '@baro/core/protocol'
import type { LinkAllowance } from '../../access/allowances.ts'
import type { Gate } from '../../access/gate.ts'
import type { Resolved } from '../../channel/registry.ts'
import type { Delegate } from '../../delegate/delegate.ts'
import type { Publishing } from '../../publish/publish-queue.ts'
import type { PublishAnswer } from '../../publish/publisher.ts'
import { looselyRead, textOfId } from '../../session/named.ts'
import { tokenIn } from './auth-message.ts'
import { isRequest } from './is-request.ts'
import { plainPublish } from './plain-publish.ts'

/** What an inbox works with. */
export interface ChannelInboxParts {
  readonly gate: Gate
  readonly allowance: LinkAllowance
}

/** Where the answers to what arrived go. */
export interface InboxOutlet {
  /** A publish that had an id is done. */
  published(answer: PublishAnswer): void
  /** The answer to a request, with its `id`, if it had one. */
  answered(payload: Json, id?: string): void
  /** Something was refused or failed; with the `id` of the publish, if it had one. */
  refused(error: BaroError, id?: string): void
  /** Too many messages in a row could not be read. */
  unreadable(): void
  /** For whom is done what comes now. */
  readonly delegate: Delegate
  /** Whether nothing is taken but a token. */
  readonly awaitsToken: boolean
  /** Whether nothing more is taken. What is done of one message may be the end of those behind it. */
  readonly isEnded: boolean
  /** A token came. Resolves, and never rejects, with whether it counts. */
  authenticate(token: string): Promise<boolean>
}

export class ChannelInbox {
  readonly #gate: Gate
  readonly #allowance: LinkAllowance
  readonly #resolved: Resolved
  readonly #outlet: InboxOutlet
  /** What came while a token is checked: who sent it is known then. */
  #held: (string | Uint8Array)[] | undefined

  constructor(parts: ChannelInboxParts, resolved: Resolved, outlet: InboxOutlet) {
    this.#gate = parts.gate
    this.#allowance = parts.allowance
    this.#resolved = resolved
    this.#outlet = outlet
  }

  /** A message arrived, as a text or as a binary frame. */
  receive(data: string | Uint8Array): void {
    if (this.#outlet.isEnded) return
    if (!this.#held) return this.#take(data)
    if (this.#held.length < mostHeld) this.#held.push(data)
    else this.refuse(new BaroError('rate-limited', 'Too much waits until the token is checked.'), looselyRead(data))
  }

  #take(data: string | Uint8Array): void {
    const parsed = parsedFrom(data)
    const token = parsed?.ok ? tokenIn(parsed.value) : undefined
    if (typeof token === 'string') return this.#authenticate(token)
    const publishing =
      token ?? (this.#outlet.awaitsToken ? unauthenticated() : publishingIn(data, parsed, this.#resolved))
    if (publishing instanceof BaroError) return this.refuse(publishing, looselyRead(data))
    this.#allowance.understood()
    if (isRequest(this.#resolved, publishing.type)) void this.#request(publishing)
    else this.#publish(publishing)
  }

  async #request({ type, payload, id }: Publishing): Promise<void> {
    try {
      this.#outlet.answered(await this.#outlet.delegate.request(this.#resolved, type, payload), id)
    } catch (error) {
      this.#outlet.refused(this.#gate.explain(error, this.#resolved.channel, this.#outlet.delegate.principal), id)
    }
  }

  #authenticate(token: string): void {
    this.#allowance.understood()
    this.#held = []
    this.#outlet.authenticate(token).then((counts) => {
      const held = this.#held ?? []
      this.#held = undefined
      // Another token may be among them: what comes behind that waits again.
      for (const data of held)
        if (this.#held || counts || this.#outlet.isEnded || isToken(data)) this.receive(data)
        // Whoever sent it meant to be somebody else by then.
        else this.#outlet.refused(notDone(), idOf(looselyRead(data)))
    })
  }

  /** Something arrived that must not be handled. */
  refuse(error: BaroError, message: unknown): void {
    const isOneTooMany = this.#allowance.mistake()
    this.#outlet.refused(error, idOf(message))
    if (isOneTooMany) this.#outlet.unreadable()
  }

  #publish(publishing: Publishing): void {
    const { id } = publishing
    const answered = (answer: PublishAnswer) => {
      if (id !== undefined) this.#outlet.published(answer)
    }
    const failed = (error: unknown) =>
      this.#outlet.refused(this.#gate.explain(error, this.#resolved.channel, this.#outlet.delegate.principal), id)
    try {
      const answer = this.#outlet.delegate.publish(this.#resolved, publishing)
      if (answer instanceof Promise) answer.then(answered).catch(failed)
      else answered(answer)
    } catch (error) {
      failed(error)
    }
  }
}

/** What is said to whoever sends anything but a token, where one must come first. */
export function unauthenticated(): BaroError {
  return new BaroError('unauthenticated', 'Say who you are first: send { "type": "AUTH", "token": "…" }.')
}

function notDone(): BaroError {
  return new BaroError(
    'unauthenticated',
    'The token before this one did not count, so this was not done. Send it again.',
  )
}

function isToken(data: string | Uint8Array): boolean {
  const parsed = parsedFrom(data)
  return parsed?.ok === true && typeof tokenIn(parsed.value) === 'string'
}

/** Messages that may wait while a token is checked. */
const mostHeld = 256

/** Text that begins like a JSON object is taken for one: a mistake in it must be reported, not published. */
function parsedFrom(data: string | Uint8Array): Result<Json> | undefined {
  if (typeof data !== 'string') return parseFrame(data)
  return data.trimStart().startsWith('{') ? parseJson(data) : undefined
}

function publishingIn(
  data: string | Uint8Array,
  parsed: Result<Json> | undefined,
  resolved: Resolved,
): Publishing | BaroError {
  if (parsed) return publishingOf(parsed)
  const { text } = resolved.definition
  return text === undefined ? takesNoText(resolved) : { type: text, payload: String(data), id: undefined }
}

function publishingOf(parsed: Result<Json>): Publishing | BaroError {
  const publishing = parsed.ok ? plainPublish(parsed.value) : parsed
  return publishing.ok ? publishing.value : publishing.error
}

/** The id of what is refused, so that whoever waits for the answer gets one. */
function idOf(message: unknown): string | undefined {
  return textOfId((message as { readonly id?: unknown } | null | undefined)?.id)
}

function takesNoText({ definition, channel }: Resolved): BaroError {
  const [event = 'message'] = Object.keys(definition.events)
  return new BaroError(
    'bad-message',
    `This is not { "type", "payload", "id"? }. To take plain text at "${channel}", define the channel with text: ${JSON.stringify(event)}.`,
  )
}
