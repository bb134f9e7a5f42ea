import type { AssaultReport } from './attacks/assault.ts'
import type { Attack } from './attacks/attack.ts'
import type { AttackerOrder } from './processes/attacker.ts'
import type { HonestFigures, HonestOrder, Stretch } from './processes/honest.ts'
import type { HubFigures, HubOrder } from './processes/hub.ts'
import { startWorker, type Worker } from './processes/worker.ts'

/** The processes of a run. */
export interface Camp {
  readonly hub: Worker<HubOrder, HubFigures>
  readonly honest: Worker<HonestOrder, HonestFigures>
  readonly attacker: Worker<AttackerOrder, AssaultReport>
  readonly port: number
  /** Of a server without a hub, in the process of the hub. */
  readonly plainPort: number
  /** Another hub, which nobody needs, on the core of the attacker; where a run is measured. */
  readonly decoyPort?: number
  /** Ends all of them. */
  strike(): void
}

/** A heap that two of the attacks filled with ease. */
export const hubHeapMb = 256

/**
 * Starts a hub, the honest and the attacker, and brings the honest to the hub.
 *
 * @param isMeasured Whether the hub has a core of its own, and the honest share the other one with the attacker and its
 *   decoy, which get what the honest leave.
 */
export async function pitchCamp({ isMeasured }: { readonly isMeasured: boolean }): Promise<Camp> {
  const core = (number: number) => (isMeasured ? { core: number } : {})
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
    const heap = { node: [`--max-old-space-size=${hubHeapMb}`, '--expose-gc'] }
    const [hub, honest, attacker, decoy] = await Promise.all([
      start<HubOrder, HubFigures>('hub.ts', { ...heap, ...core(0) }),
      start<HonestOrder, HonestFigures>('honest.ts', core(1)),
      start<AttackerOrder, AssaultReport>('attacker.ts', { ...core(1), isLast: isMeasured }),
      isMeasured ? start<HubOrder, HubFigures>('hub.ts', { ...heap, ...core(1), isLast: true }) : undefined,
    ])
    const { port, plainPort } = await hub.tell({ do: 'rest' })
    const decoyPort = (await decoy?.tell({ do: 'rest' }))?.port
    await honest.tell({ do: 'come', port })
    return { hub, honest, attacker, port, plainPort, strike, ...(decoyPort && { decoyPort }) }
  } catch (error) {
    strike()
    throw error
  }
}

/** How long a run takes, and how hard it hits. */
export interface Plan {
  /** Without an attacker: before the attack, and as long again after it. */
  readonly aloneMs: number
  readonly attackMs: number
  readonly scale: number
}

/** What an attack did to the honest and to the hub. */
export interface Row {
  readonly attack: string
  readonly isAlive: boolean
  /** Of the honest: while the attacker hit the decoy, and while it hit their hub. */
  readonly delays?: HonestFigures['delays']
  readonly refusals: Readonly<Record<string, number>>
  readonly resets: Readonly<Record<string, number>>
  readonly missed: number
  readonly doubled: number
  readonly heapBytes: { readonly before: number; readonly peak: number; readonly after: number }
  /** How long after the attack the heap was back; absent if it was not within ten seconds. */
  readonly backAfterMs?: number
  readonly hub?: HubFigures
  /** For how long the process of the honest did not have its core during the attack. */
  readonly honestCoreWaitMs?: number
  /** From the beginning of the attack until the figures of the hub were taken. */
  readonly tookMs?: number
  readonly attacker?: AssaultReport
  readonly lastWords?: string
  /** The same while the attacker hit a server without a hub, in the process of the hub. */
  readonly control?: { readonly times: number; readonly p99Ms: number; readonly longestTurnMs: number }
}

/** How long an attack goes on that does not say. */
export const defaultAttackMs = 4_000
/** How often an honest client says something. */
const sayEveryMs = 200
/** The honest go on for a moment, because a hub may suffer most when an attacker lets go. */
const aftermathMs = 500
/** What is said so shortly before the attacker lets go is heard after it. */
const beforeGoodbyeMs = 150
const warmMs = 1_000
const backWithinMs = 10_000
/** Garbage collection leaves this much to chance, caches of the honest included. */
export const slackBytes = 12 << 20
/** Where attackers live, away from the honest. That which hits while everything warms up leaves the other a full allowance. */
export const attackersHome = '127.0.0.1'
const earlyAttackersHome = '127.0.0.2'

/**
 * Measures one attack on a hub of its own.
 *
 * @param on What is hit: the hub, or a plain server that shares its event loop.
 */
export async function besiege(
  attack: Attack,
  { aloneMs, attackMs, scale }: Plan,
  on: 'the hub' | 'a plain server' = 'the hub',
): Promise<Row> {
  const camp = await pitchCamp({ isMeasured: true })
  const { hub, honest, attacker, strike } = camp
  const port = on === 'the hub' ? camp.port : camp.plainPort
  const { decoyPort = camp.port } = camp
  const forMs = attack.forMs ?? attackMs
  const said: HonestFigures[] = []
  let isAlive = true
  let delays: HonestFigures['delays'] | undefined
  let during: HubFigures | undefined
  let report: AssaultReport | undefined
  let tookMs: number | undefined
  let honestCoreWaitMs: number | undefined
  let backAfterMs: number | undefined
  let heapBytes = { before: 0, peak: 0, after: 0 }
  const hit = (target: number, hitForMs: number, { hard = 1, from = attackersHome } = {}) =>
    attacker.tell({ name: attack.name, port: target, forMs: hitForMs, scale: scale * hard, from })
  const speak = async (stretch: Stretch, speakForMs: number) =>
    said.push(await honest.tell({ do: 'speak', forMs: speakForMs, everyMs: sayEveryMs, stretch }))
  const alone = (stretch: Stretch) => Promise.all([hit(decoyPort, aloneMs), speak(stretch, aloneMs)])
  try {
    // What a hub is slow at for the first time is compiled code, not the attack.
    await Promise.all([hit(port, warmMs / 2, { hard: 0.1, from: earlyAttackersHome }), speak('warm', warmMs)])
    await alone('before')
    const before = await hub.tell({ do: 'rest' })
    heapBytes = { before: before.heapBytes, peak: before.heapBytes, after: before.heapBytes }

    const beganAtMs = performance.now()
    const attacking = hit(port, forMs)
    const speaking = speak('under', forMs - beforeGoodbyeMs).then((count) => {
      honestCoreWaitMs = said[count - 1]?.coreWaitMs
      return speak('goodbye', beforeGoodbyeMs + aftermathMs)
    })
    report = await attacking
    const endedAtMs = performance.now()
    await speaking
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
    await alone('after')
    // Only now: what the honest said at the end may have come late.
    const settled = await honest.tell({ do: 'settle', withinMs: 15_000 })
    said.push(settled)
    delays = settled.delays
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
    ...(delays && { delays }),
    refusals: sum('refusals'),
    resets: sum('resets'),
    missed: said.at(-1)?.missed ?? Number.NaN,
    doubled: said.at(-1)?.doubled ?? Number.NaN,
    heapBytes,
    ...(backAfterMs !== undefined && { backAfterMs }),
    ...(during && { hub: during }),
    ...(tookMs !== undefined && { tookMs }),
    ...(honestCoreWaitMs !== undefined && { honestCoreWaitMs }),
    ...(report && { attacker: report }),
    ...(!isAlive && { lastWords: hub.lastWords }),
  }
}
