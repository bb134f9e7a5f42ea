import type { Role } from './person.ts'
import type { Kept } from './verdict.ts'
import type { Danger } from './weather.ts'

/** What a storm blows over: servers, who is in it, and what may befall the servers. */
export interface Ground {
  /** Where a new connection comes to. */
  readonly port: number
  readonly cast: readonly Role[]
  readonly dangers: readonly Danger[]
  /** Resolves when it is over. `which` is a fraction of those that it may befall. */
  befall(danger: string, which: number, ms: number): Promise<void>
  /** What goes on during the storm beside the people; `url` is a way to the servers. Resolves after `goesOn` says no. */
  stir?(url: string, goesOn: () => boolean): Promise<void>
  /** What was wrong with that, once all is calm. */
  stirred?(): Promise<readonly string[]>
  /** All that stands in the room, in its order. Nobody is there any more. */
  readRoom(): Promise<readonly Kept[]>
  end(): Promise<void>
}
