import type { Assault } from './assault.ts'

/** One way to be a nuisance, as data. */
export interface Attack {
  readonly name: string
  /** What it does, for the table. */
  readonly what: string
  /** How long it goes on, if not as long as the others. */
  readonly forMs?: number
  /**
   * What it may leave behind for good, in bytes: publications in histories, which their own bounds hold.
   * Default: nothing.
   */
  readonly keepsBytes?: number
  /** Attacks until the assault is over, or until it has done what it wanted. It never throws for what the hub does. */
  run(assault: Assault): Promise<unknown>
}
