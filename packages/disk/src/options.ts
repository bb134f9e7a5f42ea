import { type SingleNodeOptions, singleNodeRules } from '@baro/core/broker'
import { type OptionRules, oneOf, required, wholeOrUnbounded } from '@baro/core/protocol'
import type { Sync } from './journal/journal.ts'

/** What `createDiskBroker` takes. */
export interface DiskBrokerOptions extends SingleNodeOptions {
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
  /**
   * What all channels may take of the disk, in bytes, estimated: publications, states, 256 bytes for each channel and 48 for
   * each publication. Above it the channels go whose last use is longest ago, those that nobody follows first, and who
   * comes back gets a reset. The files may take twice as much for a while. Default 256 MiB.
   */
  readonly maxBytes?: number
}

/** What the options may be. */
export const optionRules: OptionRules<DiskBrokerOptions> = {
  ...singleNodeRules,
  folder: required({ what: 'the path of a folder', accepts: (value) => typeof value === 'string' && value !== '' }),
  sync: oneOf('os', 'always'),
  lockWaitMs: wholeOrUnbounded('milliseconds'),
}
