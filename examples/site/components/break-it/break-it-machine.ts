/**
 * What happens to two readers of one board, purely. Both are broken in the same way, and judged by the publisher's log:
 *
 *   returning ──both have heard, log read──▶ settled ──pressed──▶ broken ──ended──▶ returning
 *       ▲                                      │                                       │
 *       └──────────────paged───────────────────┴────────────────pressed────────────────┘
 *
 * A page begins `returning`: it comes from a cache, so it was away already. A break before the last one was judged makes one
 * absence of both. A log of another life says nothing of this one: the page is loaded anew.
 */
import { type Board, newestOf } from '../../channels/board.ts'
import { type Absence, type PublisherLog, type Verdict, verdictOf } from './verdict.ts'

/** What a visitor can do to both. */
export const breaks = ['cut', 'sleep', 'restart', 'old-page'] as const
export type Break = (typeof breaks)[number]

/** The two readers. */
export const readers = ['baro', 'usual'] as const
export type Reader = (typeof readers)[number]

/** Both boards at one moment. */
export type Boards = Readonly<Record<Reader, Board>>

/** How long a break lasts, in milliseconds, where the visitor does not end it. */
export const lastsMs: Readonly<Partial<Record<Break, number>>> = { cut: 7_000, sleep: 30_000 }

export interface State {
  readonly name: 'broken' | 'returning' | 'settled'
  /** The last break; `undefined` for the page that was just opened. */
  readonly broke: Break | undefined
  /** What both had before they were away: the number of a publication. */
  readonly from: number
  /** Where the log stood when they came back; `undefined` until it was read. */
  readonly backAt: number | undefined
  /** Which life of the publisher it is; `undefined` until its log was read. */
  readonly life: string | undefined
  /** The number of the last reading of the log: an answer to an earlier one is of another absence. */
  readonly reading: number
  /** Whether it was not answered yet. */
  readonly isReading: boolean
  /** What became of each, after the last absence. */
  readonly verdicts: Readonly<Record<Reader, Verdict>> | undefined
}

export type Event =
  | { readonly type: 'pressed'; readonly broke: Break; readonly boards: Boards }
  /** The network is back, the visitor awake, or the server up. */
  | { readonly type: 'ended' }
  /** Another page of the cache took the place of the first, as old as its newest publication. */
  | { readonly type: 'paged'; readonly newest: number }
  | { readonly type: 'logged'; readonly reading: number; readonly log: PublisherLog; readonly boards: Boards }
  /** The log could not be read. */
  | { readonly type: 'unread'; readonly reading: number }
  | { readonly type: 'heard'; readonly boards: Boards }

export type Action =
  | { readonly type: 'break'; readonly broke: Break }
  | { readonly type: 'mend' }
  /** Read the log, from a number on. */
  | { readonly type: 'read-log'; readonly reading: number; readonly from: number }
  /** Open the newest page there is. */
  | { readonly type: 'load-page' }

export interface Step {
  readonly state: State
  readonly actions: readonly Action[]
}

/** A page that was just opened: it knows of the publications up to a number. */
export function opened(newest: number): Step {
  return read({
    name: 'returning',
    broke: undefined,
    from: newest,
    backAt: undefined,
    life: undefined,
    reading: 0,
    isReading: false,
    verdicts: undefined,
  })
}

/** What follows from an event. */
export function transition(state: State, event: Event): Step {
  switch (event.type) {
    case 'pressed':
      return state.name === 'broken' ? stay(state) : broken(state, event.broke, event.boards)
    case 'ended':
      return state.name === 'broken' ? withMend(read({ ...state, name: 'returning' })) : stay(state)
    case 'paged':
      return withMend(read({ ...state, name: 'returning', from: event.newest, backAt: undefined, verdicts: undefined }))
    case 'unread':
      // It is asked for again when a reader has heard of the next publication.
      return stay(event.reading === state.reading ? { ...state, isReading: false } : state)
    case 'logged':
      return event.reading === state.reading ? logged(state, event.log, event.boards) : stay(state)
    case 'heard':
      return state.isReading ? stay(state) : heard(state, event.boards)
  }
}

function stay(state: State): Step {
  return { state, actions: [] }
}

/** Asks for the log. */
function read(before: State): Step {
  const state = { ...before, reading: before.reading + 1, isReading: true }
  return { state, actions: [{ type: 'read-log', reading: state.reading, from: state.from }] }
}

function withMend({ state, actions }: Step): Step {
  return { state, actions: [{ type: 'mend' }, ...actions] }
}

function broken(state: State, broke: Break, boards: Boards): Step {
  const shown = Math.min(...readers.map((reader) => newestOf(boards[reader])))
  // What was not judged yet is judged with what follows.
  const from = state.name === 'returning' ? Math.min(state.from, shown) : shown
  return {
    // An answer that is still to come is of the time before.
    state: {
      ...state,
      name: 'broken',
      broke,
      from,
      backAt: undefined,
      reading: state.reading + 1,
      isReading: false,
      verdicts: undefined,
    },
    actions: [{ type: 'break', broke }],
  }
}

function logged(before: State, log: PublisherLog, boards: Boards): Step {
  const state = { ...before, life: log.life, isReading: false }
  if (before.life !== undefined && before.life !== log.life) return { state, actions: [{ type: 'load-page' }] }
  if (state.name !== 'returning') return stay(state)
  if (state.backAt === undefined) return heard({ ...state, backAt: log.head }, boards)
  const absence: Absence = { from: state.from, backAt: state.backAt }
  const judged = (reader: Reader) => verdictOf(log, absence, boards[reader])
  return stay({ ...state, name: 'settled', verdicts: { baro: judged('baro'), usual: judged('usual') } })
}

function heard(state: State, { baro, usual }: Boards): Step {
  if (state.name !== 'returning') return stay(state)
  if (state.backAt === undefined) return read(state)
  // One has what there was at the return; the other has its hole on both sides only once it heard of something newer.
  const isKnown = newestOf(baro) >= state.backAt && newestOf(usual) > state.backAt
  return isKnown ? read(state) : stay(state)
}
