/**
 * How a node's feed keeps up with a stream (I2, I4).
 *
 *   opening ── opened ──▶ open ── a delivery that follows: apply ──▶ open
 *      │                  │  ▲
 *      │ opened,          │  │ read up to the head
 *      │ lost meanwhile   ▼  │          ahead, lost, asked
 *      └──────────────▶ reading ⟲ ahead, lost, asked: once more    (a delivery that follows is applied here, too)
 *                         │  ▲
 *   could not be read     │  │ due, ahead, lost, asked
 *                         ▼  │
 *                        waiting                                    close, from anywhere ──▶ closed
 */

/** What a feed is doing. */
export type FeedState =
  /** It reads up to the head for the first time, and keeps what is delivered meanwhile. `again` as below. */
  | { readonly name: 'opening'; readonly again: boolean }
  /** It stands at the head, as far as this node was told. */
  | { readonly name: 'open' }
  /** It reads on from its position. `again`: something happened that this read may miss, so it reads once more. */
  | { readonly name: 'reading'; readonly again: boolean }
  /** The stream could not be read. It reads again after a while. */
  | { readonly name: 'waiting' }
  | { readonly name: 'closed' }

/** What happens to a feed. */
export type FeedEvent =
  | { readonly name: 'opened' }
  /**
   * A delivery came. It follows the feed's position; or it leads ahead, to a higher offset or another life, and does
   * not follow; or it stays behind.
   */
  | { readonly name: 'delivered'; readonly where: 'follows' | 'ahead' | 'behind' }
  /** Deliveries may have been missed. */
  | { readonly name: 'lost' }
  /** A reader has seen a position that the feed has not reached. */
  | { readonly name: 'asked' }
  /** Everything up to the head was read. */
  | { readonly name: 'read' }
  | { readonly name: 'failed' }
  /** The wait is over. */
  | { readonly name: 'due' }
  | { readonly name: 'close' }

/** What the transition asks for. */
export type FeedAction =
  /** Keep the delivery until the feed is open. */
  | 'keep'
  /** Take the kept deliveries now. */
  | 'deliver-kept'
  | 'apply'
  | 'count-gap'
  | 'read'
  /** Send `due` after a while. */
  | 'wait'
  | 'stop-waiting'

/** The next state, and what to do. */
export interface FeedStep {
  readonly state: FeedState
  readonly actions: readonly FeedAction[]
}

// The step of nearly all deliveries.
const apply = ['apply'] as const

/** Decides how a feed goes on; total, so an event that does not fit changes nothing. */
export function feedTransition(state: FeedState, event: FeedEvent): FeedStep {
  if (state.name === 'closed') return stay(state)
  switch (event.name) {
    case 'opened':
      if (state.name !== 'opening') return stay(state)
      // A delivery that was lost while the feed opened may be newer than what was read.
      return state.again
        ? { state: { name: 'reading', again: false }, actions: ['deliver-kept', 'read'] }
        : { state: { name: 'open' }, actions: ['deliver-kept'] }
    case 'delivered': {
      if (state.name === 'opening') return { state, actions: ['keep'] }
      if (event.where === 'follows') return { state, actions: apply }
      if (event.where === 'behind') return stay(state)
      const { state: next, actions } = readOn(state)
      return { state: next, actions: ['count-gap', ...actions] }
    }
    case 'lost':
    case 'asked':
      return readOn(state)
    case 'read':
      if (state.name !== 'reading') return stay(state)
      return state.again ? reading() : { state: { name: 'open' }, actions: [] }
    case 'failed':
      return state.name === 'reading' ? { state: { name: 'waiting' }, actions: ['wait'] } : stay(state)
    case 'due':
      return state.name === 'waiting' ? reading() : stay(state)
    case 'close':
      return { state: { name: 'closed' }, actions: state.name === 'waiting' ? ['stop-waiting'] : [] }
  }
}

function readOn(state: FeedState): FeedStep {
  if (state.name === 'open') return reading()
  if (state.name === 'waiting') return { state: { name: 'reading', again: false }, actions: ['stop-waiting', 'read'] }
  return state.name === 'closed' ? stay(state) : { state: { ...state, again: true }, actions: [] }
}

function reading(): FeedStep {
  return { state: { name: 'reading', again: false }, actions: ['read'] }
}

function stay(state: FeedState): FeedStep {
  return { state, actions: [] }
}
