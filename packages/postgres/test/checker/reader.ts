import { setTimeout as delay } from 'node:timers/promises'
import { createClient, type Subscription } from '@baro/client'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import type { AnyChannel, Json, Snapshot } from '@baro/core'
import { WebSocket } from 'ws'
import type { Chance } from './chance.ts'
import { CheckedRows, type Fault } from './checked-rows.ts'
import { createCutLink } from './cut-link.ts'
import { items, orders, references } from './tables.ts'

/** What all readers have seen. */
export interface Seen {
  renders: number
  /** Changes that were taken, one by one. */
  changes: number
  recovered: number
  resets: Record<string, number>
  cuts: number
  readonly faults: Record<Fault, number>
  readonly examples: string[]
}

export type Rung = 'websocket' | 'sse' | 'long-poll'

/** What a reader needs. */
export interface ReaderParts {
  readonly number: number
  readonly port: number
  readonly chance: Chance
  readonly seen: Seen
  readonly cutEveryMs: number
  readonly travelMs: number
  readonly lifeMs: number
  /** How long the end may take to come, after the last change. */
  readonly settleMs: number
  isOver(): boolean
  /** The rows of the table now, when nobody writes any more. */
  table(channel: string): Promise<readonly Json[]>
}

const rungs: readonly Rung[] = ['websocket', 'sse', 'long-poll']

/** One visitor after the other: a page is rendered, travels, goes live, is looked at for a while, and left. */
export async function read(parts: ReaderParts): Promise<void> {
  const { number, chance, seen } = parts
  const reference = references[number % references.length] ?? items()
  const { channel } = reference
  const definition: AnyChannel = channel.startsWith(items().channel.replace(/all$/, '')) ? items : orders
  const rung = rungs[number % rungs.length] ?? 'sse'
  const link = await createCutLink(parts.port)
  const url = `http://127.0.0.1:${link.port}/baro`
  let isLast = false
  while (!isLast) {
    isLast = parts.isOver()
    const page = await render(url, channel)
    seen.renders++
    if (!isLast) await delay(chance.below(parts.travelMs))
    const rows = new CheckedRows(!channel.endsWith(':all'), (fault, what) => {
      seen.faults[fault]++
      if (seen.examples.length < 10)
        seen.examples.push(
          `${fault}, reader ${number} (${rung}) of ${channel} from ${page.position} with ${rowsOf(page.value).length} rows: ${what}`,
        )
    })
    rows.begin(rowsOf(page.value))
    const client = createClient({
      url,
      transport: rung === 'websocket' ? createWebSocketTransport({ WebSocket }) : createHttpTransport(rung),
      backoff: { baseMs: 50, maxMs: 500 },
      log: { info() {}, warn() {}, error: (text) => seen.examples.push(`client: ${text}`) },
    })
    const subscription = client.subscribe(definition, page as never) as unknown as Subscription
    let handOver: unknown
    subscription.onChange((view) => {
      // A hand-over is another object with each answer; one of a reset comes with all rows anew.
      const answered = view.handOver && `${view.handOver.outcome} ${client.counters.recovered} ${client.counters.reset}`
      if (!view.handOver || answered === handOver) return
      handOver = answered
      if (view.handOver.outcome === 'recovered') return
      const reason = view.handOver.reason ?? ''
      seen.resets[reason] = (seen.resets[reason] ?? 0) + 1
      rows.begin(rowsOf(view.state))
    })
    subscription.onPublication(({ type, payload }) => {
      seen.changes++
      rows.take(type, payload as Json)
    })
    let letInBefore = 0
    const until = performance.now() + parts.lifeMs * (0.5 + chance.fraction())
    while (performance.now() < until && (isLast || !parts.isOver())) {
      await delay(parts.cutEveryMs * (0.7 + 0.6 * chance.fraction()))
      if (isLast) break
      // Most often when it has been let in: else a reader on a busy machine does nothing but knock.
      const letIn = client.counters.recovered + client.counters.reset
      if (letIn === letInBefore && chance.fraction() < 0.7) continue
      letInBefore = letIn
      link.cut()
      seen.cuts++
    }
    if (isLast || parts.isOver()) {
      // Nobody writes any more: whoever is live gets to the end, and stays there.
      isLast = true
      const table = await parts.table(channel)
      for (const end = performance.now() + parts.settleMs; performance.now() < end; await delay(50))
        if (rows.rows.size === table.length && isSame(rows, table)) break
      rows.compare(table)
      const shown = new CheckedRows(false, (_, what) => {
        seen.faults.end++
        seen.examples.push(`end, what reader ${number} of ${channel} shows: ${what}`)
      })
      shown.begin(rowsOf(subscription.current.state))
      shown.compare(table)
    }
    seen.recovered += client.counters.recovered
    subscription.close()
    client.close()
  }
  link.close()
}

function isSame(rows: CheckedRows, table: readonly Json[]): boolean {
  return (table as unknown as readonly { id: string; version: string }[]).every(
    ({ id, version }) => rows.rows.get(id)?.version === version,
  )
}

function rowsOf(state: unknown): readonly Json[] {
  return (state as { readonly rows: readonly Json[] }).rows
}

/** Until the node answers: it may have been killed. */
async function render(url: string, channel: string): Promise<Snapshot> {
  for (;;) {
    try {
      const answer = await fetch(`${url}/channels/${channel}`, { signal: AbortSignal.timeout(30_000) })
      if (answer.ok) {
        const { snapshot, position } = (await answer.json()) as { snapshot: unknown; position: string }
        return { channel, value: snapshot, position, version: '1' } as unknown as Snapshot
      }
    } catch {}
    await delay(100)
  }
}
