import { expect, it } from 'vitest'
import { createListeners } from './listeners.ts'

function start() {
  const logged: string[] = []
  const log = (message: string) => logged.push(message)
  return { logged, ...createListeners<{ change: number; signal: string }>({ info: log, warn: log, error: log }) }
}

it('a listener is told what it listens to, until it is taken away', () => {
  const { on, tell } = start()
  const told: unknown[] = []
  const stop = on('change', (value) => told.push(value))
  on('signal', (value) => told.push(value))
  tell('change', 1)
  tell('signal', 'two')
  stop()
  stop()
  tell('change', 3)
  expect(told).toEqual([1, 'two'])
})

it('the same function added twice is two listeners', () => {
  const { on, tell } = start()
  const told: number[] = []
  const listener = (value: number) => told.push(value)
  const stop = on('change', listener)
  on('change', listener)
  stop()
  tell('change', 1)
  expect(told).toEqual([1])
})

it('one that throws is logged and keeps nobody else from being told', () => {
  const { logged, on, tell } = start()
  const told: number[] = []
  on('change', () => {
    throw new Error('bad listener')
  })
  on('change', (value) => told.push(value))
  tell('change', 1)
  expect(told).toEqual([1])
  expect(logged).toEqual(['A listener threw: Error: bad listener'])
})

it('one that is added while others are told is told of what comes next', () => {
  const { on, tell } = start()
  const told: number[] = []
  on('change', () => on('change', (value) => told.push(value)))
  tell('change', 1)
  expect(told).toEqual([])
})
