/**
 * Whether a tab leads or follows. The tab that holds the lock opens the one link of a browser and origin, and passes
 * messages on; the others speak through it.
 *
 *   waiting ── granted ──▶ leading ── link lost, lock stolen ──▶ over
 *      │                                                         ▲
 *      └── a leader is open ──▶ following ── granted (it is gone), another leads, it speaks for somebody else, or is full
 *
 * A leader that says nothing for a while is asked whether it is there. One that does not answer is frozen, and loses the
 * lock; so does one whose link was probed in vain when a tab that follows woke. A browser that refuses locks, or
 * gives none to who steals it, or lets tabs not speak, counts as one that has none: the tab is *alone*, and has a link of its own.
 */
import type { ServerMessage } from '@baro/core/protocol'
import { type DueEvent, type Step, step } from '../machine/run-machine.ts'
import { moved, type Rung } from '../ports/transport.ts'
import { asHeardBy } from './switchboard.ts'
import type { FromLeader } from './tab-message.ts'

/** Where a tab stands. */
export interface TabState {
  readonly name: 'waiting' | 'leading' | 'following' | 'over'
  /** Who leads, while following. */
  readonly leader?: string
  /** What that said of the link: its rung, and the secret of all tabs. */
  readonly rung?: Rung | undefined
  readonly secret?: string | undefined
  /** From now on the tab has its own link. */
  readonly isAlone?: boolean | undefined
  /** The leader was asked whether it is there. */
  readonly isAsked?: boolean | undefined
  /** It takes the lock from whoever has it. */
  readonly isStealing?: boolean | undefined
  /** The leader's link was probed, and brought nothing since. */
  readonly isDoubted?: boolean | undefined
  readonly dueInMs?: number | undefined
}

/** What happens to a tab. */
export type TabEvent =
  | DueEvent
  /** The lock is this tab's. */
  | { readonly type: 'granted' }
  /** The lock is not this tab's any more, or never will be; `isMute`: nor can it speak to others. */
  | { readonly type: 'refused'; readonly isMute?: boolean }
  | { readonly type: 'said'; readonly said: FromLeader }
  /** The link is lost, or let go; it is probed. */
  | { readonly type: 'close' | 'doubted' }

/** What the transition asks for. */
export type TabAction =
  | { readonly type: 'lead' | 'ask' | 'steal' | 'opened' | 'release' }
  | { readonly type: 'tell'; readonly message: ServerMessage }

/** A leader is asked after so long a silence, and frozen after so long without an answer. */
const quietMs = 8_000
const answerMs = 2_000

/** The state of a tab that is about to ask who leads: `due` begins. One that doubts the leader does not ask it. */
export function startTab({ secret, isDoubted }: Pick<TabState, 'secret' | 'isDoubted'>): TabState {
  return { name: 'waiting', secret, isAsked: isDoubted, isDoubted }
}

/** Decides what a tab does next; total, so an event that does not fit changes nothing. */
export function tabTransition(state: TabState, event: TabEvent, tab: string): Step<TabState, TabAction> {
  const { name, leader, isDoubted } = state
  const isLeading = name === 'leading'

  /** The client closes the link, and comes back. */
  function comeBack(isAlone = false): Step<TabState, TabAction> {
    return step({ ...state, isAlone }, { type: 'tell', message: moved })
  }

  if (name === 'over') return step(state)
  switch (event.type) {
    case 'granted':
      if (isLeading) return step(state)
      return leader ? comeBack() : step({ name: 'leading', secret: state.secret }, { type: 'lead' })
    case 'refused':
      return comeBack(!isLeading || event.isMute)
    case 'close':
      return step({ name: 'over', secret: state.secret, isAlone: state.isAlone, isDoubted }, { type: 'release' })
    case 'doubted':
      return leader ? step({ ...state, isDoubted: true }) : step(state)
    case 'due':
      if (isLeading) return step(state)
      if (state.isStealing) return comeBack(true)
      return state.isAsked
        ? step({ ...state, isStealing: true, dueInMs: answerMs }, { type: 'steal' })
        : step({ ...state, isAsked: true, dueInMs: answerMs }, { type: 'ask' })
    case 'said': {
      const { leader: by, isOpen, rung, secret, to, message } = event.said
      if (isLeading || (isDoubted && !leader)) return step(state)
      if (leader && leader !== by) return comeBack()
      if (message === null && to === tab) return comeBack(true)
      const actions: TabAction[] = []
      let next: TabState = {
        ...state,
        rung,
        secret,
        isAsked: false,
        isStealing: false,
        isDoubted: isDoubted && !message,
        dueInMs: quietMs,
      }
      if (isOpen && !leader) {
        next = { ...next, name: 'following', leader: by }
        actions.push({ type: 'opened' })
      }
      const heard = message && asHeardBy(tab, message, to)
      if (heard) actions.push({ type: 'tell', message: heard })
      return step(next, ...actions)
    }
  }
}
