import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Of Linux, on all machines that Node runs on. */
const ticksPerSecond = 100

/** The seconds of CPU that a PostgreSQL server has used, with all its processes, those that are over too. */
export function serverCpu(data: string): number {
  const [pid = ''] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  let ticks = 0
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    const text = statOf(name)
    // The name of a process may hold spaces, and stands in brackets.
    const [, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [user, system, childUser, childSystem] = rest.slice(9, 13).map(Number)
    if (name === pid) ticks += (user ?? 0) + (system ?? 0) + (childUser ?? 0) + (childSystem ?? 0)
    else if (parent === pid) ticks += (user ?? 0) + (system ?? 0)
  }
  return ticks / ticksPerSecond
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return ''
  }
}
