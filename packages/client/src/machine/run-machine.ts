import type { Cancel, Clock } from '@baro/core/broker'

/** What a transition returns: the next state, and what to do about it. */
export interface Step<State, Action> {
  readonly state: State
  readonly actions: readonly Action[]
}

/** Writes a step. */
export function step<State, Action>(state: State, ...actions: readonly Action[]): Step<State, Action> {
  return { state, actions }
}

/** A state that has a time is told `due` after `dueInMs`, unless the machine has left it by then. */
interface Timed {
  readonly dueInMs?: number | undefined
}

/** The time of a state is over. */
export interface DueEvent {
  readonly type: 'due'
}

/** A pure machine, and the effects that carry its actions out. */
export interface MachineParts<State extends object, Event, Action> {
  readonly clock: Clock
  readonly initial: State
  transition(state: State, event: Event | DueEvent): Step<State, Action>
  perform(action: Action): void
  /** All events so far are dealt with. */
  settled(): void
}

/** A running machine. */
export interface Machine<State, Event> {
  readonly state: State
  dispatch(event: Event | DueEvent): void
}

/**
 * Runs a machine. An event that an action causes waits until the actions of the step are done, so that no action ever
 * runs in a state its step did not mean.
 */
export function runMachine<State extends object, Event, Action>({
  clock,
  initial,
  transition,
  perform,
  settled,
}: MachineParts<State, Event, Action>): Machine<State, Event> {
  const queue: (Event | DueEvent)[] = []
  let state = initial
  let isRunning = false
  let cancelDue: Cancel | undefined

  function dispatch(event: Event | DueEvent): void {
    queue.push(event)
    if (isRunning) return
    isRunning = true
    try {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { state: entered, actions } = transition(state, next)
        if (entered !== state) {
          cancelDue?.()
          const { dueInMs }: Timed = entered
          cancelDue = dueInMs === undefined ? dueInMs : clock.after(dueInMs, () => dispatch({ type: 'due' }))
        }
        state = entered
        actions.forEach(perform)
      }
    } finally {
      isRunning = false
    }
    settled()
  }

  return {
    get state() {
      return state
    },
    dispatch,
  }
}
