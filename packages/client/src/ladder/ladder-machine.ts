/**
 * Which rung the next link takes: the highest that works on this network.
 *
 *   websocket ──▶ sse ──▶ long-poll ──▶ poll ──┐   a link that never spoke (two, where one had), or three that broke young: down
 *       ▲          │          │          │     │   from the last: to the top again
 *       └──────────┴──────────┴──────────┴─────┘   a probe above that spoke: up to it
 */

import { youngMs } from './heard-link.ts'

/** Where the ladder stands. */
export interface LadderState {
  /** Index of the rung in use, 0 is the highest. */
  readonly rung: number
  /** Links of this rung in a row that broke soon after they spoke. */
  readonly youngBreaks: number
  /** Whether the last link of this rung had spoken. */
  readonly spoke: boolean
  /** How long after the last try the higher rungs are tried again; doubles with each time that found nothing better. */
  readonly probeAfterMs: number
}

/** What happens on a ladder. */
export type LadderEvent =
  /** The link ended before its first message. */
  | { readonly type: 'mute' }
  /** The link ended after it had spoken, `ageMs` after it was opened. */
  | { readonly type: 'broke'; readonly ageMs: number }
  /** The rungs were tried from the top, and this is the first that speaks; if it is the one in use, it was in vain. */
  | { readonly type: 'probed'; readonly rung: number }

/** Young links of a rung that may break before the next rung is tried: once is an accident, three times a proxy. */
const patience = 3

const firstProbeMs = 15_000
const maxProbeMs = 600_000

/** The state of a ladder that begins at a rung, the remembered one or the highest. */
export function startLadder(rung: number): LadderState {
  return { rung, youngBreaks: 0, spoke: false, probeAfterMs: firstProbeMs }
}

/** Decides which rung is next; total. */
export function ladderTransition(state: LadderState, event: LadderEvent, rungs: number): LadderState {
  const { rung, youngBreaks, spoke, probeAfterMs } = state
  const take = (taken: number): LadderState => ({ rung: taken, youngBreaks: 0, spoke: false, probeAfterMs })
  const below = (rung + 1) % rungs
  switch (event.type) {
    case 'mute':
      // A server that starts again refuses a link, and is there by the time it is asked: no word about this rung.
      return spoke ? { ...state, spoke: false } : take(below)
    case 'broke': {
      const broken = { ...state, youngBreaks: event.ageMs < youngMs ? youngBreaks + 1 : 0, spoke: true }
      return broken.youngBreaks < patience ? broken : take(below)
    }
    case 'probed':
      return event.rung < rung ? take(event.rung) : { ...state, probeAfterMs: Math.min(maxProbeMs, 2 * probeAfterMs) }
  }
}
