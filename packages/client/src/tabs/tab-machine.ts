/**
 * Whether a tab leads or follows. The tab that holds the lock opens the one link of a browser and origin, and passes
 * messages on; the others speak through it.
 *
 *   waiting ── granted ──▶ leading ── link lost, lock stolen ──▶ over
 *      │                                                         ▲
 *      └── a leader is open ──▶ following ── granted (it is gone), another leads, or it speaks for somebody else
 *
 * A leader that says nothing for a while is asked whether it is there. One that does not answer is frozen, and loses the
 * lock. A browser that refuses locks counts as one that has none: the tab is *alone*, and has a link of its own.
 */
import { drainCode, type ServerMessage } from '@baro/core'
import { type DueEvent, type Step, step } from '../run-machine.ts'
import type { Rung } from '../transport.ts'
import { asDelivery } from './switchboard.ts'
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
  readonly isAlone?: boolean
  /** The leader was asked whether it is there. */
  readonly isAsked?: boolean
  readonly dueInMs?: number | undefined
}

/** What happens to a tab. */
export type TabEvent =
  | DueEvent
  /** The lock is this tab's, or is not any more, or never will be. */
  | { readonly type: 'granted' | 'refused' }
  | { readonly type: 'said'; readonly said: FromLeader }
  /** While leading: the hub says something, to the tab `to` or to all. */
  | { readonly type: 'heard'; readonly message: ServerMessage; readonly to?: string | undefined }
  /** The link is lost. */
  | { readonly type: 'lost'; readonly code: number; readonly reason: string }
  | { readonly type: 'close' }

/** What the transition asks for. */
export type TabAction =
  | { readonly type: 'lead' | 'ask' | 'steal' | 'opened' | 'release' }
  | { readonly type: 'tell'; readonly message: ServerMessage }
  | { readonly type: 'closed'; readonly code: number; readonly reason: string }

/** A leader is asked after so long a silence, and frozen after so long without an answer. */
const quietMs = 8_000
const answerMs = 2_000

/** The state of a tab that has just asked who leads. */
export function startTab(secret: string | undefined): TabState {
  return { name: 'waiting', secret, isAsked: true, dueInMs: answerMs }
}

/** Decides what a tab does next; total, so an event that does not fit changes nothing. */
export function tabTransition(state: TabState, event: TabEvent, tab: string): Step<TabState, TabAction> {
  const { name, leader } = state
  const isLeading = name === 'leading'

  function leave(next: Partial<TabState>, ...actions: readonly TabAction[]): Step<TabState, TabAction> {
    return step({ name: 'over', secret: state.secret, ...next }, { type: 'release' }, ...actions)
  }
  function lose(code: number, reason: string): Step<TabState, TabAction> {
    return leave({}, { type: 'closed', code, reason })
  }
  /** The client comes back at once, from where it stands. */
  function comeBack(isAlone = false): Step<TabState, TabAction> {
    const drain: ServerMessage = { type: 'baro:drain', payload: { reconnectInMs: 0 } }
    return leave({ isAlone }, { type: 'tell', message: drain }, { type: 'closed', code: drainCode, reason: 'moved' })
  }
  /** What the hub says to another tab is a delivery for this one. */
  function hear(next: TabState, message: ServerMessage, to: string | undefined, ...actions: readonly TabAction[]) {
    const isAnswer = 'attempt' in message.payload
    const told = to === tab || !(to || isAnswer) ? message : isAnswer ? asDelivery(message) : undefined
    const all: readonly TabAction[] = told ? [...actions, { type: 'tell', message: told }] : actions
    if (message.type !== 'baro:drain') return step(next, ...all)
    const over = lose(drainCode, '')
    return step(over.state, ...all, ...over.actions)
  }

  if (name === 'over') return step(state)
  switch (event.type) {
    case 'granted':
      if (isLeading) return step(state)
      return leader ? comeBack() : step({ name: 'leading', secret: state.secret }, { type: 'lead' })
    case 'refused':
      return comeBack(!isLeading)
    case 'close':
      return leave({})
    case 'lost':
      return lose(event.code, event.reason)
    case 'heard':
      return isLeading ? hear(state, event.message, event.to) : step(state)
    case 'due':
      if (isLeading) return step(state)
      return state.isAsked
        ? step({ ...state, dueInMs: undefined }, { type: 'steal' })
        : step({ ...state, isAsked: true, dueInMs: answerMs }, { type: 'ask' })
    case 'said': {
      const { leader: by, isOpen, rung, secret, to, message } = event.said
      if (isLeading) return step(state)
      if (leader && leader !== by) return comeBack()
      if (message === null && to === tab) return comeBack(true)
      const heard: TabState = { ...state, rung, secret, isAsked: false, dueInMs: quietMs }
      const isFirst = isOpen && !leader
      const next: TabState = isFirst ? { ...heard, name: 'following', leader: by } : heard
      const opened: readonly TabAction[] = isFirst ? [{ type: 'opened' }] : []
      return message ? hear(next, message, to, ...opened) : step(next, ...opened)
    }
  }
}
