/**
 * One process at a time. The lock is that of a LevelDB store that holds nothing: a lock of the system, so it ends with the
 * process, however that ends.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { BaroError } from '@baro/core'
import type { Clock } from '@baro/core/broker'
import { ClassicLevel } from 'classic-level'

/** Gives the folder free. */
export type Unlock = () => Promise<void>

const againMs = 100

/**
 * Locks a folder; waits for whoever has it, because a process that is replaced may need some seconds to end.
 *
 * @param advice What to do if somebody has it and keeps it.
 * @throws {BaroError} `unavailable` if it is still locked after so many milliseconds.
 */
export async function lock(folder: string, waitMs: number, clock: Clock, advice: string): Promise<Unlock> {
  const deadline = clock.elapsed() + waitMs
  const [path, owner] = [join(folder, 'lock'), join(folder, 'owner')]
  for (;;) {
    const held = await tryLock(path)
    if (held) {
      writeFileSync(owner, `process ${process.pid} on ${hostname()}`)
      return async () => {
        rmSync(owner, { force: true })
        await held.close()
      }
    }
    if (clock.elapsed() >= deadline)
      throw new BaroError('unavailable', `The folder ${folder} is in use by ${ownerIn(owner)}. ${advice}`)
    await new Promise<void>((resolve) => clock.after(againMs, resolve))
  }
}

async function tryLock(path: string): Promise<ClassicLevel | undefined> {
  const level = new ClassicLevel(path)
  try {
    await level.open()
    return level
  } catch (error) {
    if (isLocked(error)) return undefined
    // It holds nothing, so what is damaged there is made again. That asks for the lock as well.
    await ClassicLevel.destroy(path)
    await level.open()
    return level
  }
}

function isLocked(error: unknown): boolean {
  const { cause } = error as { cause?: { code?: string } }
  return cause?.code === 'LEVEL_LOCKED'
}

function ownerIn(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return 'another process'
  }
}
