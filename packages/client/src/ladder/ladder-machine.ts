/**
 * Which rung the next link takes: the highest that works on this network.
 *
 *   websocket ──▶ sse ──▶ long-poll ──▶ poll ──┐   a link that never spoke (two, where one had), or three cut young: down
 *       ▲          │          │          │     │   from the last: to the top again
 *       └──────────┴──────────┴──────────┴─────┘   a probe above that spoke: up to it
 *
 * What ended while the hub was away says nothing about a rung: it ends links on all of them.
 */

/** Where the ladder stands. */
export interface LadderState {
  /** Index of the rung in use, 0 is the highest. */
  readonly rung: number
  /** Links of this rung in a row that were cut soon after they spoke. */
  readonly youngCuts: number
  /** Whether a link of this rung has spoken since the last mute one. */
  readonly spoke: boolean
  /** How long after the last try the higher rungs are tried again; doubles with each time that found nothing better. */
  readonly probeAfterMs: number
}

/** What happens on a ladder. */
export type LadderEvent =
  /** The link ended before its first message, though the hub is there. */
  | { readonly type: 'mute' }
  /** The link brought its first message. */
  | { readonly type: 'spoke' }
  /** A link that had spoken ended after a while. */
  | { readonly type: 'lived' }
  /** A link that had spoken ended soon after, though the hub is there: something cut it on its way. */
  | { readonly type: 'cut' }
  /** The rungs were tried from the top, and this is the first that speaks; if it is the one in use, it was in vain. */
  | { readonly type: 'probed'; readonly rung: number }

/** Young links of a rung that may be cut, and it is tried again: twice is an accident, three times a proxy. */
const patience = 2

const firstProbeMs = 15_000
const maxProbeMs = 600_000

/** The state of a ladder that begins at a rung, the remembered one or the highest. */
export function startLadder(rung: number): LadderState {
  return { rung, youngCuts: 0, spoke: false, probeAfterMs: firstProbeMs }
}

/** Decides which rung is next; total. */
export function ladderTransition(state: LadderState, event: LadderEvent, rungs: number): LadderState {
  const { rung, youngCuts, spoke, probeAfterMs } = state
  const take = (taken: number): LadderState => ({ rung: taken, youngCuts: 0, spoke: false, probeAfterMs })
  const below = (rung + 1) % rungs
  switch (event.type) {
    case 'mute':
      // A server that starts again refuses a link, and is there by the time it is asked: no word about this rung.
      return spoke ? { ...state, spoke: false } : take(below)
    case 'spoke':
      return { ...state, spoke: true }
    case 'lived':
      return { ...state, spoke: true, youngCuts: 0 }
    case 'cut':
      return youngCuts < patience ? { ...state, youngCuts: youngCuts + 1 } : take(below)
    case 'probed':
      return event.rung < rung ? take(event.rung) : { ...state, probeAfterMs: Math.min(maxProbeMs, 2 * probeAfterMs) }
  }
}
