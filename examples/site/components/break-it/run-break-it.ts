import { type Board, newestOf } from '../../channels/board.ts'
import {
  type Action,
  type Boards,
  type Break,
  type Event,
  lastsMs,
  opened,
  type Reader,
  type State,
  transition,
} from './break-it-machine.ts'
import { cut, mend, sleep } from './network.ts'
import type { OldPage } from './old-page.ts'
import { holesOf, type PublisherLog } from './verdict.ts'

/** How old a page is wanted, in milliseconds. */
const anHourMs = 3_600_000

/** What the demo shows at one moment. */
export interface DemoView {
  readonly state: State
  /** The page that both readers began with, and the how-manieth it is. */
  readonly page: OldPage
  readonly opening: number
  /** How long Baro took to catch up since the page was opened, or its network was back; `undefined` until it has. */
  readonly tookMs: number | undefined
  /** The cells of the usual way that should show something else. */
  readonly holes: ReadonlySet<number>
}

/** The demo: it carries out what the machine says. */
export interface RunningDemo {
  readonly view: DemoView
  subscribe(listener: () => void): () => void
  /** Opens the page; what it returns ends the demo. */
  start(): () => void
  press(broke: Break): void
  /** Ends a cut or a sleep before its time. */
  end(): void
  /** A reader shows another board. */
  shows(reader: Reader, board: Board): void
}

/** Makes the demo of a page. */
export function runBreakIt(page: OldPage): RunningDemo {
  const first = opened(newestOf(page.snapshot.value))
  const listeners = new Set<() => void>()
  let boards: Boards = { baro: page.snapshot.value, usual: page.snapshot.value }
  let view: DemoView = { state: first.state, page, opening: 0, tookMs: undefined, holes: new Set() }
  let log: PublisherLog | undefined
  let backAtMs: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function show(changed: Partial<DemoView>): void {
    view = { ...view, ...changed, holes: log ? holesOf(log, boards.usual) : view.holes }
    for (const listener of listeners) listener()
  }

  function dispatch(event: Event): void {
    const { state, actions } = transition(view.state, event)
    show({ state })
    for (const action of actions) carryOut(action)
  }

  function carryOut(action: Action): void {
    switch (action.type) {
      case 'read-log':
        return readLog(action)
      case 'mend':
        clearTimeout(timer)
        back()
        return mend()
      case 'load-page':
        return loadPage(0)
      case 'break':
        return breakNow(action.broke)
    }
  }

  function breakNow(broke: Break): void {
    const ended = () => dispatch({ type: 'ended' })
    if (broke === 'cut') cut()
    if (broke === 'sleep') sleep()
    if (broke === 'old-page') loadPage(anHourMs)
    if (broke === 'restart') fetch('/break-it/restart', { method: 'POST' }).then(ended, ended)
    const lasts = lastsMs[broke]
    if (lasts !== undefined) timer = setTimeout(ended, lasts)
  }

  function readLog({ from, reading }: Action & { readonly type: 'read-log' }): void {
    readJson<PublisherLog>(`/break-it/log?after=${from}`).then(
      (read) => {
        log = read
        dispatch({ type: 'logged', reading, log: read, boards })
      },
      () => dispatch({ type: 'unread', reading }),
    )
  }

  function loadPage(ageMs: number): void {
    readJson<OldPage>(`/break-it/page?ageMs=${ageMs}`).then(
      (loaded) => {
        boards = { baro: loaded.snapshot.value, usual: loaded.snapshot.value }
        show({ page: loaded, opening: view.opening + 1 })
        dispatch({ type: 'paged', newest: newestOf(loaded.snapshot.value) })
      },
      () => dispatch({ type: 'ended' }),
    )
  }

  function back(): void {
    backAtMs = performance.now()
    show({ tookMs: undefined })
  }

  return {
    get view() {
      return view
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start() {
      back()
      for (const action of first.actions) carryOut(action)
      return () => {
        clearTimeout(timer)
        mend()
      }
    },
    press: (broke) => dispatch({ type: 'pressed', broke, boards }),
    end: () => dispatch({ type: 'ended' }),
    shows(reader, board) {
      if (boards[reader] === board) return
      boards = { ...boards, [reader]: board }
      // What was missed comes in one piece.
      if (reader === 'baro' && view.tookMs === undefined && backAtMs !== undefined && view.state.name === 'returning')
        show({ tookMs: performance.now() - backAtMs })
      dispatch({ type: 'heard', boards })
    },
  }
}

async function readJson<Value>(url: string): Promise<Value> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url} was answered with ${answer.status}.`)
  return answer.json()
}
