import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Profiled } from './profile.ts'

/** What happens on the server. */
export interface MixPlan {
  readonly rooms: number
  /** In a second, by anybody, each in their room. */
  readonly publishes: number
  /** So many leave in a second, and as many come. */
  readonly comers: number
  readonly seconds: number
}

export interface MixRun extends MixPlan, Profiled {
  readonly people: number
  readonly published: number
  readonly refused: number
  readonly delivered: number
  readonly came: number
  readonly left: number
  readonly memoryMb: number
}

/** What has been set in motion comes to rest, or into its stride. */
const settleMs = 10_000
const seed = 'mix'

/** Runs the mix once: the server on the first core, and everybody else on the second. */
export async function measureMix(plan: MixPlan): Promise<MixRun> {
  const children: ChildProcess[] = []
  const start = async (core: number, file: URL, ...args: readonly string[]) => {
    const path = fileURLToPath(file)
    const node = `ulimit -n "$(ulimit -Hn)"; exec taskset -c ${core} "$0" --import tsx "$@"`
    const child = spawn('sh', ['-c', node, process.execPath, path, ...args], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    children.push(child)
    return { child, ready: await answer(child) }
  }
  try {
    const server = await start(0, new URL('serve.ts', import.meta.url))
    const crowd = await start(
      1,
      new URL('crowd.ts', import.meta.url),
      `http://127.0.0.1:${server.ready.port}/baro`,
      String(plan.rooms),
      seed,
    )
    await tell(crowd.child, { do: 'come' })
    await delay(settleMs)
    await tell(crowd.child, { do: 'live', ...plan })
    await delay(settleMs)
    await tell(server.child, 'start')
    await tell(crowd.child, { do: 'count' })
    await delay(plan.seconds * 1_000)
    const [profiled, counted] = [await tell(server.child, 'stop'), await tell(crowd.child, { do: 'stop' })]
    return { ...plan, ...counted, ...profiled } as unknown as MixRun
  } finally {
    for (const child of children) child.kill()
  }
}

type Answer = Readonly<Record<string, unknown>>

function tell(child: ChildProcess, order: object | string): Promise<Answer> {
  const answered = answer(child)
  child.send(order)
  return answered
}

async function answer(child: ChildProcess): Promise<Answer> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`A process of the mix ended with ${code}.`)
  })
  const [answered] = (await Promise.race([once(child, 'message'), ended])) as [Answer]
  return answered
}
