import type { Log } from '@baro/core'
import { type ClaimLimits, type Clock, claimLimitRules, type Randomness } from '@baro/core/broker'
import { type OptionRules, objectWith, optionsInside, wholeOrUnbounded } from '@baro/core/protocol'
import type { Sync } from './journal/journal.ts'

/** What `createDiskBroker` takes. */
export interface DiskBrokerOptions {
  /** Where everything is kept; made if it is not there. It must be on a disk of this machine, and of this process alone. */
  readonly folder: string
  /**
   * When a publish counts as kept:
   *
   * - `'os'`: once the operating system has it. The end of the process loses nothing, `kill -9` included. A power failure may
   *   lose the last seconds; who has seen them then gets a reset.
   * - `'always'`: once the disk has it (`fdatasync`), one sync for all that waits. A power failure loses nothing either. Each
   *   publish waits for the disk: about 1 ms on a fast one, 10 ms on a slow one.
   *
   * Default `'os'`.
   */
  readonly sync?: Sync
  /** How long to wait for another process that has the folder, for example the one that this one replaces. Default 10,000 ms. */
  readonly lockWaitMs?: number
  /** Default: the time of the machine. */
  readonly clock?: Clock
  /** Makes the epochs. Default: the randomness of the machine. */
  readonly randomness?: Randomness
  /**
   * How long a channel is remembered after its last append or read, in milliseconds, once its history has expired and
   * nobody follows it. After that its state is gone, and a reader that comes back gets a reset. Default 24 hours.
   */
  readonly idleTtlMs?: number
  /**
   * What all channels may take of the disk, in bytes, estimated: publications, states, and 512 bytes for each channel. Above it the
   * channels go whose last use is longest ago, those that nobody follows first, and who comes back gets a reset. The files
   * may take twice as much for a while. Default 256 MiB.
   */
  readonly maxBytes?: number
  /** How many channels may have a record, likewise. Default 1,000,000. */
  readonly maxChannels?: number
  /**
   * How much may be remembered of publishes at a time (I5): ids, producers, and answers that are not confirmed. Default
   * 10,000 of one user and 150,000 of all users; 20,000 of the guests of one address and 100,000 of all guests; 50,000 of
   * the application.
   */
  readonly claimLimits?: Partial<ClaimLimits>
  /** Where it says what an operator should know. Default `console`. */
  readonly log?: Log
}

/** What the options may be. */
export const optionRules: OptionRules<DiskBrokerOptions> = {
  folder: { what: 'the path of a folder', accepts: (value) => typeof value === 'string' && value !== '' },
  sync: { what: "'os' or 'always'", accepts: (value) => value === 'os' || value === 'always' },
  lockWaitMs: wholeOrUnbounded('milliseconds'),
  clock: objectWith('now', 'elapsed', 'after'),
  randomness: objectWith('fraction', 'bytes'),
  idleTtlMs: {
    what: 'milliseconds above 0, or Infinity',
    accepts: (value) => typeof value === 'number' && value > 0,
  },
  maxBytes: wholeOrUnbounded('bytes'),
  maxChannels: wholeOrUnbounded('channels'),
  claimLimits: optionsInside(claimLimitRules),
  log: objectWith('info', 'warn', 'error'),
}
