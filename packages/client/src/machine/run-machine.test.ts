import { createFakeClock } from '@baro/testing'
import { describe, expect, it } from 'vitest'
import { type DueEvent, runMachine, step } from './run-machine.ts'

type State = { readonly name: string; readonly dueInMs?: number }
type Event = DueEvent | { readonly type: 'go'; readonly to: State; readonly actions?: readonly (() => void)[] }

function start() {
  const clock = createFakeClock()
  const log: string[] = []
  const machine = runMachine<State, Event, () => void>({
    clock,
    initial: { name: 'start' },
    transition: (state, event) =>
      event.type === 'due' ? step({ name: `${state.name}, due` }) : step(event.to, ...(event.actions ?? [])),
    perform: (action) => action(),
    settled: () => log.push(`settled in ${machine.state.name}`),
  })
  return { clock, log, machine }
}

describe('a running machine', () => {
  it('deals with an event that an action causes after the actions of the step', () => {
    const { log, machine } = start()
    const say = (text: string) => () => log.push(`${text} in ${machine.state.name}`)
    const inner: Event = { type: 'go', to: { name: 'two' }, actions: [say('three')] }
    machine.dispatch({
      type: 'go',
      to: { name: 'one' },
      actions: [say('one'), () => machine.dispatch(inner), say('two')],
    })
    expect(log).toEqual(['one in one', 'two in one', 'three in two', 'settled in two'])
  })

  it('is told due when the time of a state is over', () => {
    const { clock, machine } = start()
    machine.dispatch({ type: 'go', to: { name: 'timed', dueInMs: 100 } })
    clock.advance(99)
    expect(machine.state.name).toBe('timed')
    clock.advance(1)
    expect(machine.state.name).toBe('timed, due')
    expect(clock.pending).toBe(0)
  })

  it('is not told due of a state it has left', () => {
    const { clock, machine } = start()
    machine.dispatch({ type: 'go', to: { name: 'timed', dueInMs: 100 } })
    machine.dispatch({ type: 'go', to: { name: 'other' } })
    expect(clock.pending).toBe(0)
    clock.advance(1_000)
    expect(machine.state.name).toBe('other')
  })

  it('goes on after an action that threw', () => {
    const { machine } = start()
    const bad = () => {
      throw new Error('bad')
    }
    expect(() => machine.dispatch({ type: 'go', to: { name: 'one' }, actions: [bad] })).toThrow('bad')
    machine.dispatch({ type: 'go', to: { name: 'two' } })
    expect(machine.state.name).toBe('two')
  })
})
