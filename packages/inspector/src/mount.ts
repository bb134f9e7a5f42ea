import type { IncomingMessage, ServerResponse } from 'node:http'
import { anyText, checkedOptions, type OptionRules, yesOrNo } from '@baro/core/protocol'
import type { Hub } from '@baro/server'
import { doorKey, type GatewayHost, type Handshake, servedPath } from '@baro/server/parts'
import { AllNodes } from './all-nodes.ts'
import { Api } from './api.ts'
import { Door } from './door.ts'
import { answerFor, type Question } from './node-questions.ts'
import { InspectorPage } from './page.ts'
import { streamTail } from './tail-stream.ts'

/** What `mount` takes. */
export interface InspectorOptions {
  /** Where it is. Default: `inspect` below the path of the hub. */
  readonly path?: string
  /**
   * What whoever looks signs in with, or shows as `Authorization: Bearer`. At least 24 characters. Default: none, and then only
   * a browser or a program on this machine may look, in development, without a proxy.
   */
  readonly key?: string | undefined
  /** Nobody publishes by it. Default false. */
  readonly readOnly?: boolean
}

/** The inspector of a hub. */
export interface Inspector {
  /** Where its page is. */
  readonly path: string
}

const door = 'mount of @baro/inspector'

const rules: OptionRules<InspectorOptions> = {
  path: anyText,
  key: doorKey,
  readOnly: yesOrNo,
}

/**
 * Serves a page that looks into the hub, on every server that the hub is attached to: `/baro/inspect`, and its JSON below
 * `/baro/inspect/api`. Each node of a cluster mounts it, with the same key; any of them answers for all. docs/observe.md shows it.
 *
 * @throws {BaroError} `bad-definition` if a channel of the hub has no handlers yet, if an option does not exist or makes no
 *   sense, or if something is at the path.
 *
 * @example
 * ```ts
 * mount(hub, { key: process.env.INSPECTOR_KEY })
 * ```
 */
export function mount(hub: Hub, options: InspectorOptions = {}): Inspector {
  const checked = checkedOptions(door, options, rules)
  const { key, readOnly = false } = checked
  const path = servedPath(door, checked.path ?? `${hub.path}/inspect`)
  hub.addGateway((host) => new InspectorGateway(hub, host, { path, key, isReadOnly: readOnly }))
  return { path }
}

/** What the gateway is told. */
interface Mounted {
  readonly path: string
  readonly key: string | undefined
  readonly isReadOnly: boolean
}

class InspectorGateway {
  readonly path: string
  readonly #host: GatewayHost
  readonly #door: Door
  readonly #nodes: AllNodes
  readonly #api: Api
  readonly #page: InspectorPage
  readonly #streams = new Set<ServerResponse>()

  constructor(hub: Hub, host: GatewayHost, { path, key, isReadOnly }: Mounted) {
    const { inspection, broker, clock, randomness, log, isDevelopment } = host
    this.path = path
    this.#host = host
    this.#door = new Door({ key, isDevelopment, path, clock })
    this.#nodes = new AllNodes({
      ...{ node: inspection.node, broker, clock, randomness, log },
      answer: (question) => answerFor(hub, inspection, question as unknown as Question),
    })
    this.#api = new Api({ hub, host, nodes: this.#nodes, isReadOnly })
    this.#page = new InspectorPage({ path, door: this.#door, bodyOf: host.bodyOf })
  }

  async handle(request: IncomingMessage, response: ServerResponse, handshake: Handshake): Promise<void> {
    const { pathname, searchParams } = new URL(handshake.url, 'http://inspector')
    const rest = pathname.slice(this.path.length)
    if (!rest.startsWith('/api/')) return this.#page.answer(rest, request, response, handshake)
    this.#door.assertMayLook(handshake)
    const segments = rest.slice('/api/'.length).split('/')
    const { method = 'GET' } = request
    const [first, channel, last] = segments
    if (method === 'GET' && first === 'channels' && channel && last === 'tail' && segments.length === 3)
      return this.#tail(channel, response)
    const answer = await this.#api.answer({ method, segments, query: searchParams, request })
    const body = JSON.stringify(answer)
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    response.end(method === 'HEAD' ? undefined : body)
  }

  handleUpgrade: (...upgrade: Parameters<ReturnType<Parameters<Hub['addGateway']>[0]>['handleUpgrade']>) => void = (
    _request,
    stream,
  ) => stream.destroy()

  async close(): Promise<void> {
    this.#nodes.close()
    for (const response of this.#streams) response.end()
  }

  async #tail(channel: string, response: ServerResponse): Promise<void> {
    this.#streams.add(response)
    try {
      await streamTail(this.#host.inspection, this.#host.clock, channel, response)
    } finally {
      this.#streams.delete(response)
    }
  }
}
