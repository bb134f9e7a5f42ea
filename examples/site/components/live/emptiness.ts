import type { HandOver } from '@baro/client'

/**
 * What it means that nothing is there: a cached page says it of `then`, a page that goes on of `now`, and one whose
 * history the server no longer has of the time `since` that.
 */
export type Emptiness = 'then' | 'now' | 'since'

const losses: ReadonlySet<string | undefined> = new Set(['epoch', 'beyond-head', 'rewritten'])

/** Says of which time a page speaks when it shows nothing. */
export function emptinessOf(handOver: HandOver | undefined): Emptiness {
  if (!handOver) return 'then'
  return handOver.outcome === 'reset' && losses.has(handOver.reason) ? 'since' : 'now'
}
