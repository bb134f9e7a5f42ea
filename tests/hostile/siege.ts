import type { AssaultReport } from './attacks/assault.ts'
import type { Attack } from './attacks/attack.ts'
import type { AttackerOrder } from './processes/attacker.ts'
import type { HonestFigures, HonestOrder } from './processes/honest.ts'
import type { HubFigures, HubOrder } from './processes/hub.ts'
import { startWorker, type Worker } from './processes/worker.ts'

/** The three processes of a run. */
export interface Camp {
  readonly hub: Worker<HubOrder, HubFigures>
  readonly honest: Worker<HonestOrder, HonestFigures>
  readonly attacker: Worker<AttackerOrder, AssaultReport>
  readonly port: number
  /** Ends all of them. */
  strike(): void
}

/** A heap that two of the attacks filled with ease. */
export const hubHeapMb = 256

/**
 * Starts a hub, the honest and the attacker, and brings the honest to the hub.
 *
 * @param isPinned Whether the hub has a core of its own, and the honest share the other one with the attacker.
 */
export async function pitchCamp({ isPinned }: { readonly isPinned: boolean }): Promise<Camp> {
  const core = (number: number) => (isPinned ? { core: number } : {})
  const workers: Worker<never, unknown>[] = []
  const start = async <Order extends object, Answer>(file: string, options: Parameters<typeof startWorker>[1]) => {
    const worker = await startWorker<Order, Answer>(file, options)
    workers.push(worker as Worker<never, unknown>)
    return worker
  }
  const strike = () => {
    for (const worker of workers) worker.kill()
  }
  try {
    const [hub, honest, attacker] = await Promise.all([
      start<HubOrder, HubFigures>('hub.ts', { node: [`--max-old-space-size=${hubHeapMb}`, '--expose-gc'], ...core(0) }),
      start<HonestOrder, HonestFigures>('honest.ts', core(1)),
      start<AttackerOrder, AssaultReport>('attacker.ts', core(1)),
    ])
    const { port } = await hub.tell({ do: 'rest' })
    await honest.tell({ do: 'come', port })
    return { hub, honest, attacker, port, strike }
  } catch (error) {
    strike()
    throw error
  }
}

/** How long a run takes, and how hard it hits. */
export interface Plan {
  readonly aloneMs: number
  readonly attackMs: number
  readonly scale: number
}

/** What an attack did to the honest and to the hub. */
export interface Row {
  readonly attack: string
  readonly isAlive: boolean
  /** Of the honest without an attacker, whose core was as busy, and under attack. */
  readonly alone?: HonestFigures['delays']
  readonly under?: HonestFigures['delays']
  readonly refusals: Readonly<Record<string, number>>
  readonly resets: Readonly<Record<string, number>>
  readonly missed: number
  readonly doubled: number
  readonly heapBytes: { readonly before: number; readonly peak: number; readonly after: number }
  /** How long after the attack the heap was back; absent if it was not within ten seconds. */
  readonly backAfterMs?: number
  readonly hub?: HubFigures
  /** From the beginning of the attack until the figures of the hub were taken. */
  readonly tookMs?: number
  readonly attacker?: AssaultReport
  readonly lastWords?: string
}

/** How long an attack goes on that does not say. */
export const defaultAttackMs = 5_000
/** How often an honest client says something. */
const sayEveryMs = 500
/** The honest go on for a moment, because a hub may suffer most when an attacker lets go. */
const aftermathMs = 1_500
const backWithinMs = 10_000
/** Garbage collection leaves this much to chance, caches of the honest included. */
export const slackBytes = 12 << 20

/** Measures one attack on a hub of its own. */
export async function besiege(attack: Attack, { aloneMs, attackMs, scale }: Plan): Promise<Row> {
  const { hub, honest, attacker, port, strike } = await pitchCamp({ isPinned: true })
  const forMs = attack.forMs ?? attackMs
  const said: HonestFigures[] = []
  let isAlive = true
  let alone: HonestFigures | undefined
  let under: HonestFigures | undefined
  let during: HubFigures | undefined
  let report: AssaultReport | undefined
  let tookMs: number | undefined
  let backAfterMs: number | undefined
  let heapBytes = { before: 0, peak: 0, after: 0 }
  try {
    // Compiled and connected.
    await honest.tell({ do: 'speak', forMs: 1_500, everyMs: sayEveryMs })
    const burning = attacker.tell({ do: 'burn', forMs: aloneMs + 500, scale })
    alone = await honest.tell({ do: 'speak', forMs: aloneMs, everyMs: sayEveryMs })
    await burning
    const before = await hub.tell({ do: 'rest' })
    heapBytes = { before: before.heapBytes, peak: before.heapBytes, after: before.heapBytes }

    const beganAtMs = performance.now()
    const attacking = attacker.tell({ do: 'attack', name: attack.name, port, forMs, scale })
    const speaking = honest.tell({ do: 'speak', forMs: forMs + aftermathMs, everyMs: sayEveryMs })
    report = await attacking
    const endedAtMs = performance.now()
    said.push(await speaking)
    during = await hub.tell({ do: 'tell' })
    tookMs = performance.now() - beganAtMs
    heapBytes.peak = during.peakHeapBytes
    for (;;) {
      heapBytes.after = (await hub.tell({ do: 'rest' })).heapBytes
      const sinceMs = performance.now() - endedAtMs
      if (heapBytes.after <= heapBytes.before + slackBytes + (attack.keepsBytes ?? 0)) backAfterMs = sinceMs
      if (backAfterMs !== undefined || sinceMs > backWithinMs) break
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    // Only now: what the honest said at the end may have come late.
    under = await honest.tell({ do: 'settle', withinMs: 15_000 })
    said.push(under)
  } catch (error) {
    // Of a hub that died there are no more figures; everything else is ours.
    if (hub.isAlive) throw error
    isAlive = false
  } finally {
    strike()
  }
  const sum = (counts: 'refusals' | 'resets') => {
    const all: Record<string, number> = {}
    for (const figures of said)
      for (const [what, count] of Object.entries(figures[counts])) all[what] = (all[what] ?? 0) + count
    return all
  }
  return {
    attack: attack.name,
    isAlive,
    ...(alone && { alone: alone.delays }),
    ...(under && { under: under.delays }),
    refusals: sum('refusals'),
    resets: sum('resets'),
    missed: said.at(-1)?.missed ?? Number.NaN,
    doubled: said.at(-1)?.doubled ?? Number.NaN,
    heapBytes,
    ...(backAfterMs !== undefined && { backAfterMs }),
    ...(during && { hub: during }),
    ...(tookMs !== undefined && { tookMs }),
    ...(report && { attacker: report }),
    ...(!isAlive && { lastWords: hub.lastWords }),
  }
}
