import type { IncomingMessage } from 'node:http'
import { BaroError, type Reference } from '@baro/core'
import { createPattern, encodeSegment, matchPattern, nameOf, overlap, type Pattern, quote } from '@baro/core/protocol'
import { searchOf } from '../transports/channel-url/channel-query.ts'

/** The parameters of a path: `PathParams<'/rooms/{id}'>` is `{ id: string }`. */
export type PathParams<Path extends string> = string extends Path
  ? Readonly<Record<string, string>>
  : { readonly [Name in ParamNames<Path>]: string }

type ParamNames<Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? ParamName<Segment> | ParamNames<Rest>
  : ParamName<Path>
type ParamName<Segment extends string> = Segment extends `{${infer Name}}` ? Name : never

/** What a mounted WebSocket asks for. */
export interface MountedSocket<Path extends string = string> {
  /** The parameters of the path, decoded. */
  readonly params: PathParams<Path>
  /** The query of the URL. */
  readonly search: URLSearchParams
  readonly request: IncomingMessage
}

/** A mount that was found for a path. */
export interface FoundMount {
  /** The channel that the request asks for. May throw, whatever the application throws. */
  channelFor(request: IncomingMessage): string
  /** What the query says if it does not say something else. */
  readonly defaults: Readonly<Record<string, string>>
}

interface Mount {
  readonly pattern: Pattern
  readonly choose: Reference | ((asked: MountedSocket) => Reference)
  readonly defaults: FoundMount['defaults']
}

/** The paths of the application at which channels take WebSockets. */
export class SocketMounts {
  readonly #own: readonly Pattern[]
  readonly #mounts: Mount[] = []

  /** `hub` is the path of the hub, whose own places nobody may take. */
  constructor(hub: string) {
    this.#own = [`${hub}/connect`, `${hub}/channels/{name}`].map(patternOf)
  }

  /** @throws {BaroError} `bad-definition` if no URL has the path, or another mount or the hub itself is there. */
  add(path: string, choose: Mount['choose'], defaults: Mount['defaults']): void {
    if (typeof path !== 'string')
      throw new BaroError('bad-definition', `hub.serveSockets takes a path such as "/rooms/{id}", not ${quote(path)}.`)
    if (typeof choose !== 'function') nameOf(choose)
    const pattern = patternOf(path)
    if (this.#own.some((own) => overlap(own, pattern)))
      throw new BaroError(
        'bad-definition',
        `hub.serveSockets: the hub itself is at ${quote(path)}. Choose another path.`,
      )
    for (const { pattern: other } of this.#mounts)
      if (overlap(other, pattern))
        throw new BaroError(
          'bad-definition',
          `hub.serveSockets: ${quote(other.text)} and ${quote(path)} can match the same URL. Change one.`,
        )
    this.#mounts.push({ pattern, choose, defaults })
  }

  /** What is mounted at the path of a request. A slash at the end makes no difference. */
  find(pathname: string): FoundMount | undefined {
    if (this.#mounts.length === 0) return undefined
    const segments = decodedSegments(pathname)
    for (const { pattern, choose, defaults } of this.#mounts) {
      const params = segments && matchPattern(pattern, segments)
      if (!params) continue
      const channelFor = (request: IncomingMessage) => {
        if (typeof choose !== 'function') return choose.channel
        return choose({ params, search: searchOf(request.url, {}), request }).channel
      }
      return { channelFor, defaults }
    }
    return undefined
  }
}

/** @throws {BaroError} `bad-definition` if no URL has the path. */
function patternOf(path: string): Pattern {
  const segments = path.startsWith('/') ? decodedSegments(path) : undefined
  if (!segments || /[?#\\]|:\/\/|\/:/.test(path))
    throw new BaroError(
      'bad-definition',
      `hub.serveSockets: ${quote(path)} is no path. Give for example "/", "/api/socket" or "/rooms/{id}".`,
    )
  if (segments.length === 0) return { text: path, segments: [] }
  const spelled = segments.map((segment) => (/^\{.*\}$/.test(segment) ? segment : encodeSegment(segment)))
  return { ...createPattern(spelled.join(':')), text: path }
}

/** The segments of a path, decoded; `undefined` if no URL has it, or one is empty. */
function decodedSegments(path: string): readonly string[] | undefined {
  const inner = path.replace(/^\/|\/$/g, '')
  if (inner === '') return []
  try {
    const segments = inner.split('/').map((segment) => decodeURIComponent(segment).normalize('NFC'))
    return segments.some((segment) => segment === '' || segment === '.' || segment === '..') ? undefined : segments
  } catch {
    return undefined
  }
}
