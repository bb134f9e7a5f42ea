import { writeFileSync } from 'node:fs'
import { constants, setPriority } from 'node:os'

/**
 * Puts this process, and those that it starts, before all others of the machine: what is measured is the hub, and one
 * compiler that somebody else runs would be most of the slowest hundredth. Only a superuser may; returns whether it did.
 */
export function takePrecedence(): boolean {
  try {
    setPriority(constants.priority.PRIORITY_HIGHEST)
    // Linux shares a core out between sessions first, and between the processes of a session then.
    writeFileSync('/proc/self/autogroup', `${constants.priority.PRIORITY_HIGHEST}`)
    return true
  } catch {
    return false
  }
}
