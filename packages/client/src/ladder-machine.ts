/**
 * Which rung the next link takes: the highest that works on this network.
 *
 *   websocket ──▶ sse ──▶ long-poll ──▶ poll ──┐   a link that never spoke, or broke young three times: one rung down
 *       ▲          │          │          │     │   from the last: to the top again
 *       └──────────┴──────────┴──────────┴─────┘   a probe above that spoke: up to it
 */

/** Where the ladder stands. */
export interface LadderState {
  /** Index of the rung in use, 0 is the highest. */
  readonly rung: number
  /** Links of this rung in a row that broke soon after they spoke. */
  readonly youngBreaks: number
  /** How many probes in a row have found nothing better; each doubles the wait for the next. */
  readonly vainProbes: number
}

/** What happens on a ladder. */
export type LadderEvent =
  /** The link ended before its first message. */
  | { readonly type: 'mute' }
  /** The link ended after it had spoken, `ageMs` after it was opened. */
  | { readonly type: 'broke'; readonly ageMs: number }
  /** A link of a higher rung spoke. */
  | { readonly type: 'probed'; readonly rung: number }
  /** The higher rungs were tried and did not speak. */
  | { readonly type: 'probed-in-vain' }

/** A link that broke before this age says something about its rung. */
export const youngMs = 10_000

/** Young links of a rung that may break before the next rung is tried: once is an accident, three times a proxy. */
const patience = 3

/** The wait before the first probe of a higher rung; doubles up to {@link maxProbeMs}. */
const firstProbeMs = 15_000
const maxProbeMs = 600_000

/** The state of a ladder that begins at a rung, the remembered one or the highest. */
export function startLadder(rung: number): LadderState {
  return { rung, youngBreaks: 0, vainProbes: 0 }
}

/** Decides which rung is next; total. */
export function ladderTransition(state: LadderState, event: LadderEvent, rungs: number): LadderState {
  const { rung, youngBreaks, vainProbes } = state
  const take = (taken: number): LadderState => ({ rung: taken, youngBreaks: 0, vainProbes })
  const below = (rung + 1) % rungs
  switch (event.type) {
    case 'mute':
      return take(below)
    case 'broke':
      if (event.ageMs >= youngMs) return take(rung)
      return youngBreaks + 1 < patience ? { ...state, youngBreaks: youngBreaks + 1 } : take(below)
    case 'probed':
      return event.rung < rung ? take(event.rung) : state
    case 'probed-in-vain':
      return { ...state, vainProbes: vainProbes + 1 }
  }
}

/** How long after the last try the higher rungs are tried again. */
export function probeAfterMs({ vainProbes }: LadderState): number {
  return Math.min(maxProbeMs, firstProbeMs * 2 ** vainProbes)
}
