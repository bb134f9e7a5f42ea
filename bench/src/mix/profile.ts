import { Session } from 'node:inspector/promises'

/** What a process did with its time, in milliseconds. */
export interface Profiled {
  readonly tookMs: number
  /** User and system, as the process counts it. */
  readonly cpuMs: number
  /** By where the code is: a room of a package, a package, a module of Node. The largest first. */
  readonly areas: readonly Spent[]
  /** By function, each by itself, without what it calls. The largest first. */
  readonly functions: readonly Spent[]
}

export interface Spent {
  readonly what: string
  readonly ms: number
}

const most = 25
const sampledMicros = 500

/** Profiles this process until the function is called that it returns. */
export async function startProfile(): Promise<() => Promise<Profiled>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: sampledMicros })
  await session.post('Profiler.start')
  const [before, beganMs] = [process.cpuUsage(), performance.now()]
  return async () => {
    const { user, system } = process.cpuUsage(before)
    const tookMs = performance.now() - beganMs
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    const own = new Map<number, number>()
    profile.samples?.forEach((id, at) => {
      own.set(id, (own.get(id) ?? 0) + (profile.timeDeltas?.[at] ?? 0) / 1_000)
    })
    const areas = new Map<string, number>()
    const functions = new Map<string, number>()
    // To begin and to end a profile takes its time too.
    const profiling = new Set<number>()
    for (const { id, callFrame, children = [] } of profile.nodes) {
      const { functionName, url } = callFrame
      if (url === 'node:inspector' || profiling.has(id)) for (const child of children) profiling.add(child)
      const ms = own.get(id) ?? 0
      if (ms === 0 || functionName === '(idle)' || profiling.has(id)) continue
      const area = areaOf(url, functionName)
      areas.set(area, (areas.get(area) ?? 0) + ms)
      const what = `\`${functionName || 'anonymous'}\`, ${area}`
      functions.set(what, (functions.get(what) ?? 0) + ms)
    }
    return { tookMs, cpuMs: (user + system) / 1_000, areas: largest(areas), functions: largest(functions) }
  }
}

function largest(spent: ReadonlyMap<string, number>): readonly Spent[] {
  return [...spent]
    .map(([what, ms]) => ({ what, ms }))
    .sort((one, other) => other.ms - one.ms)
    .slice(0, most)
}

function areaOf(url: string, functionName: string): string {
  const [, name, room = 'index'] = /\/packages\/([^/]+)\/dist\/(?:([^/]+)\/)?/.exec(url) ?? []
  if (name) return `@baro/${name} ${room}`
  const library = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
  if (library) return library
  if (url.startsWith('node:')) return `Node ${url.slice(5).split('/').slice(0, 2).join('/')}`
  return url === ''
    ? functionName === '(garbage collector)'
      ? 'garbage collection'
      : 'V8 and the kernel'
    : 'the bench'
}
