import type { IncomingMessage, ServerResponse } from 'node:http'
import { BaroError } from '@baro/core'
import { anyText, checkedOptions, type OptionRules, yesOrNo } from '@baro/core/protocol'
import type { Hub } from '@baro/server'
import { bearerOf, doorKey, type Handshake, isOfThisMachine, isSameSecret, servedPath } from '@baro/server/parts'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { measure } from './measures.ts'

/** What `mount` takes. */
export interface MetricsOptions {
  /** Where they are, below the path of the hub or beside it. Default: `metrics` below the path of the hub. */
  readonly path?: string
  /**
   * What whoever reads them shows as `Authorization: Bearer`. At least 24 characters. Default: none, and then only this
   * machine may read them, asked as `localhost` and without a proxy.
   */
  readonly key?: string | undefined
  /** Also those of the process: CPU, memory, event-loop lag, garbage collection. Default true. */
  readonly process?: boolean
}

/** The metrics of a hub. */
export interface Metrics {
  /** Where the application may register its own. */
  readonly registry: Registry
  /** Stops counting. The path goes on answering, with what was counted. */
  stop(): void
}

const door = 'mount of @baro/metrics'

const rules: OptionRules<MetricsOptions> = {
  path: anyText,
  key: doorKey,
  process: yesOrNo,
}

/**
 * Serves what a hub does, for Prometheus, on every server that the hub is attached to: `GET /baro/metrics`. docs/observe.md
 * lists the names; `@baro/metrics/grafana.json` is a board of them.
 *
 * @throws {BaroError} `bad-definition` if a channel of the hub has no handlers yet, if an option does not exist or makes no
 *   sense, or if something is at the path.
 *
 * @example
 * ```ts
 * mount(hub, { key: process.env.METRICS_KEY })
 * ```
 */
export function mount(hub: Hub, options: MetricsOptions = {}): Metrics {
  const checked = checkedOptions(door, options, rules)
  const { key, process: withProcess = true } = checked
  const path = servedPath(door, checked.path ?? `${hub.path}/metrics`)
  const registry = new Registry()
  const stop = measure(hub, registry)
  if (withProcess) collectDefaultMetrics({ register: registry })
  hub.addGateway(() => ({
    path,
    async handle(request, response, handshake) {
      assertMayRead(key, handshake)
      if (request.method !== 'GET' && request.method !== 'HEAD')
        throw new BaroError('bad-message', `Metrics are read by GET, not by ${request.method}.`)
      return send(registry, request, response)
    },
    handleUpgrade: (_request, stream) => stream.destroy(),
    async close() {
      stop()
    },
  }))
  return { registry, stop }
}

async function send(registry: Registry, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const text = await registry.metrics()
  response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' })
  response.end(request.method === 'HEAD' ? undefined : text)
}

function assertMayRead(key: string | undefined, handshake: Handshake): void {
  if (key === undefined) {
    if (isOfThisMachine(handshake)) return
    throw new BaroError(
      'refused',
      'Metrics are for this machine alone while they have no key. Ask localhost without a proxy, or give mount a key.',
    )
  }
  if (!isSameSecret(bearerOf(handshake.headers) ?? '', key))
    throw new BaroError('unauthenticated', 'Show the key of the metrics as Authorization: Bearer.')
}
