import type { IncomingMessage } from 'node:http'
import { type AnyChannel, BaroError, type Json, type Reference } from '@baro/core'
import { createPattern, matchPattern, orThrow, ownerOf, parseChannelName, parseJson, quote } from '@baro/core/protocol'
import type { Hub, Language } from '@baro/server'
import type { GatewayHost, SeenChannel, SeenFrames, SeenNode, SeenSession } from '@baro/server/parts'
import type { AllNodes, NodeAnswer } from './all-nodes.ts'
import type {
  ChannelAnswer,
  ChannelsAnswer,
  DefinitionSeen,
  FramesAnswer,
  MembersAnswer,
  NodesAnswer,
  NodesWhyAnswer,
  PublishAnswer,
  SessionAnswer,
  SessionsAnswer,
  StateAnswer,
} from './inspection-api.ts'
import type { Question } from './node-questions.ts'

/** What the API works with. */
export interface ApiParts {
  readonly hub: Hub
  readonly host: GatewayHost
  readonly nodes: AllNodes
  readonly isReadOnly: boolean
}

/** One request, taken apart. */
export interface Asked {
  readonly method: string
  /** The segments after `/api`, decoded but for names of channels, which are encoded in one way alone. */
  readonly segments: readonly string[]
  readonly query: URLSearchParams
  readonly request: IncomingMessage
}

const mostRows = 500
const longestBody = 256 << 10

/** Answers all but the event stream. */
export class Api {
  readonly #parts: ApiParts

  constructor(parts: ApiParts) {
    this.#parts = parts
  }

  /** @throws {BaroError} The error to answer with. */
  async answer(asked: Asked): Promise<unknown> {
    const [first, second, third] = asked.segments
    const { length } = asked.segments
    if (asked.method === 'POST' && first === 'channels' && second !== undefined && length === 2)
      return this.#publish(second, asked.request)
    if (asked.method !== 'GET' && asked.method !== 'HEAD')
      throw new BaroError('bad-message', `The inspector is asked by GET, not by ${asked.method}; a channel takes POST.`)
    if (length === 1 && first === 'nodes') return this.#allNodes()
    if (length === 1 && first === 'sessions') return this.#sessions(asked.query)
    if (length === 2 && first === 'sessions' && second !== undefined) return this.#session(second, asked.query)
    if (length === 3 && first === 'sessions' && second !== undefined && third === 'frames')
      return this.#frames(second, asked.query)
    if (length === 1 && first === 'channels') return this.#channels(asked.query)
    if (length === 2 && first === 'channels' && second !== undefined) return this.#channel(second, asked.query)
    if (length === 3 && first === 'channels' && second !== undefined && third === 'members')
      return this.#members(second)
    if (length === 3 && first === 'channels' && second !== undefined && third === 'state')
      return this.#state(second, asked.query)
    if (length === 1 && first === 'why') return this.#why(asked.query)
    throw nothingThere()
  }

  async #allNodes(): Promise<NodesAnswer> {
    const answers = await this.#ask<SeenNode>({ ask: 'node' })
    return { here: this.#parts.host.inspection.node, nodes: answers.map(({ answer }) => answer) }
  }

  async #sessions(query: URLSearchParams): Promise<SessionsAnswer> {
    const limit = limitIn(query, 200)
    const [user, channel] = [textIn(query, 'user'), textIn(query, 'channel')]
    const answers = await this.#ask<{ sessions: SeenSession[]; total: number }>({
      ask: 'sessions',
      user,
      channel,
      limit,
    })
    const sessions = answers.flatMap(({ node, answer }) => answer.sessions.map((one) => ({ ...one, node })))
    return { sessions: sessions.slice(0, limit), total: sum(answers.map(({ answer }) => answer.total)) }
  }

  async #session(session: string, query: URLSearchParams): Promise<SessionAnswer> {
    const question = { ask: 'session', session, language: languageIn(query) } as const
    const answers = (await this.#ask<SessionAnswer>(question)).map(({ answer }) => answer)
    const known = answers.find(({ open }) => open) ?? answers.find(({ node }) => node !== undefined) ?? answers[0]
    if (known?.node === undefined)
      throw new BaroError(
        'unknown-channel',
        `No journal knows the session ${quote(session)}: it is of another node, or too old.`,
      )
    return known
  }

  async #frames(session: string, query: URLSearchParams): Promise<FramesAnswer> {
    const answers = await this.#ask<SeenFrames>({ ask: 'frames', session, after: numberIn(query, 'after') ?? 0 })
    const found = answers.find(({ answer }) => answer.hasFrames)
    return found ? { ...found.answer, node: found.node } : { session, hasFrames: false, frames: [], next: 0 }
  }

  async #channels(query: URLSearchParams): Promise<ChannelsAnswer> {
    const limit = limitIn(query, 200)
    const answers = await this.#ask<{ channels: SeenChannel[]; total: number }>({ ask: 'channels', limit })
    const merged = new Map<string, SeenChannel & { readonly nodes: number }>()
    for (const one of answers.flatMap(({ answer }) => answer.channels)) {
      const other = merged.get(one.channel)
      merged.set(one.channel, {
        ...(other && other.offset > one.offset ? other : one),
        ...{ readers: one.readers + (other?.readers ?? 0), nodes: 1 + (other?.nodes ?? 0) },
      })
    }
    const channels = [...merged.values()].sort((one, other) => other.readers - one.readers)
    return {
      channels: channels.slice(0, limit),
      total: Math.max(channels.length, ...answers.map(({ answer }) => answer.total)),
      definitions: this.#parts.host.channels.map(definitionSeen),
    }
  }

  async #channel(name: string, query: URLSearchParams): Promise<ChannelAnswer> {
    const { inspection } = this.#parts.host
    const history = await inspection.history(referTo(name), limitIn(query, 50), numberIn(query, 'until'))
    const definition = this.#definitionOf(name)
    return {
      ...history,
      definition: definition
        ? definitionSeen(definition)
        : { pattern: name, events: [], hasState: false, hasMembers: false },
      mayPublish: !this.#parts.isReadOnly && ownerOf(name) === undefined && definition?.table === undefined,
    }
  }

  async #members(name: string): Promise<MembersAnswer> {
    if (!this.#definitionOf(name)?.member) return { members: null }
    return { members: (await this.#parts.host.inspection.value(referTo(`baro~members:${name}`))).value }
  }

  async #state(name: string, query: URLSearchParams): Promise<StateAnswer> {
    return this.#parts.host.inspection.stateAt(referTo(name), numberIn(query, 'at'))
  }

  async #why(query: URLSearchParams): Promise<NodesWhyAnswer> {
    const publication = numberIn(query, 'offset') ?? textIn(query, 'id')
    const [user, session, channel] = [textIn(query, 'user'), textIn(query, 'session'), textIn(query, 'channel')]
    if (publication !== undefined && channel === undefined)
      throw new BaroError('bad-message', 'A publication is one of a channel. Name the channel too.')
    const answers = await this.#ask<NodesWhyAnswer & { readonly sinceMs: number }>({
      ...{ ask: 'why', user, session, channel, publication, language: languageIn(query) },
    })
    return {
      channel,
      publication: answers.find(({ answer }) => answer.publication)?.answer.publication,
      sessions: answers.flatMap(({ node, answer }) => answer.sessions.map((one) => ({ ...one, node }))),
      troubles: answers.flatMap(({ node, answer }) => answer.troubles.map((one) => ({ ...one, node }))),
      journals: answers.map(({ node, answer }) => ({ node, sinceMs: answer.sinceMs })),
    }
  }

  async #publish(name: string, request: IncomingMessage): Promise<PublishAnswer> {
    const { hub, host, isReadOnly } = this.#parts
    if (isReadOnly) throw new BaroError('refused', 'This inspector only looks: it was mounted with readOnly.')
    const body = Buffer.from(await host.bodyOf(request, longestBody)).toString()
    const { type, payload } = Object(orThrow(parseJson(body))) as { readonly type?: unknown; readonly payload?: Json }
    if (typeof type !== 'string' || payload === undefined)
      throw new BaroError('bad-message', 'Send { "type", "payload" } as JSON.')
    return hub.publish(referTo(name), type as never, payload as never)
  }

  async #ask<Answer>(question: Question): Promise<readonly (Omit<NodeAnswer, 'answer'> & { answer: Answer })[]> {
    const answers = await this.#parts.nodes.ask(question as unknown as Json)
    return answers as unknown as readonly (Omit<NodeAnswer, 'answer'> & { answer: Answer })[]
  }

  #definitionOf(name: string): AnyChannel | undefined {
    const segments = parseChannelName(name)
    if (!segments.ok) return undefined
    return this.#parts.host.channels.find(({ pattern }) => matchPattern(createPattern(pattern.text), segments.value))
  }
}

/** @throws {BaroError} `unknown-channel`, always. */
export function nothingThere(): BaroError {
  return new BaroError(
    'unknown-channel',
    'There is nothing here. inspection-api.ts of @baro/inspector lists what there is.',
  )
}

/** A channel by its name. Whether there is one, the hub says. */
export function referTo(channel: string): Reference {
  return { channel } as Reference
}

function definitionSeen({ pattern, events, state, member }: AnyChannel): DefinitionSeen {
  return {
    pattern: pattern.text,
    events: Object.keys(events),
    hasState: state !== undefined,
    hasMembers: member !== undefined,
  }
}

function textIn(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined
}

/** @throws {BaroError} `bad-message`. */
function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = textIn(query, name)
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new BaroError('bad-message', `The query ${name}=${quote(text)} is no whole number.`)
}

/** In what it tells events; nobody has to say it. */
function languageIn(query: URLSearchParams): Language {
  return query.get('lang') === 'ko' ? 'ko' : 'en'
}

function limitIn(query: URLSearchParams, fallback: number): number {
  return Math.min(Math.max(numberIn(query, 'limit') ?? fallback, 1), mostRows)
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0)
}
