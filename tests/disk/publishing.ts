import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** A publish that its process was told of. */
export interface Acknowledged {
  readonly channel: string
  readonly id: string
  readonly position: string
}

/** A process that publishes. */
export interface Publishing {
  readonly pid: number
  readonly acknowledged: readonly Acknowledged[]
  /** Resolves once it has the folder. */
  readonly ready: Promise<void>
  /** Resolves once so many were acknowledged. */
  reached(count: number): Promise<void>
  /** Ends it with SIGKILL, and resolves once all that it said has arrived. */
  kill(): Promise<void>
}

const script = fileURLToPath(new URL('publisher.ts', import.meta.url))

export function startPublishing(folder: string, sync: 'os' | 'always'): Publishing {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=baro-source', '--import', 'tsx', script, folder, sync],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const acknowledged: Acknowledged[] = []
  const waiting: { readonly count: number; readonly resolve: () => void }[] = []
  let text = ''
  let isReady = () => {}
  const ready = new Promise<void>((resolve) => {
    isReady = resolve
  })
  child.stdout?.setEncoding('utf8').on('data', (more: string) => {
    const lines = (text + more).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) {
      const [channel = '', id = '', position = ''] = line.split(' ')
      if (line === 'ready') isReady()
      else acknowledged.push({ channel, id, position })
    }
    for (const { count, resolve } of waiting) if (acknowledged.length >= count) resolve()
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    pid: child.pid ?? 0,
    acknowledged,
    ready,
    reached: (count) => new Promise((resolve) => waiting.push({ count, resolve })),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
