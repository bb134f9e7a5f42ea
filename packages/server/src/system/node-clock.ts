import { performance } from 'node:perf_hooks'
import { type HubClock, systemClock } from '@baro/core/broker'

// setTimeout takes 31 bits, and fires at once for a longer wait. So a longer wait is done in steps.
const longestTimerMs = 1_000_000_000

const done = Promise.resolve()

const { nodeTiming } = performance

/** The turn of the event loop, as that counts it, whose end `soon` has seen. */
let endedTurn: number | undefined

// The event loop counts its turns itself. To be told of the end of each costs a small room as much as its JSON.
function countedTurn(): number {
  return nodeTiming.uvMetricsInfo.loopCount
}

/** The time of the machine, for hubs. A wait may be of any length, and does not keep the process alive. */
export const nodeClock: HubClock = {
  ...systemClock,
  after(ms, run) {
    let timer: NodeJS.Timeout
    const wait = (left: number): void => {
      timer = setTimeout(
        () => (left > longestTimerMs ? wait(left - longestTimerMs) : run()),
        Math.min(left, longestTimerMs),
      )
      timer.unref()
    }
    wait(ms)
    return () => clearTimeout(timer)
  },
  soon(run) {
    const timer = setImmediate(() => {
      endedTurn = countedTurn()
      run()
    })
    return () => clearImmediate(timer)
  },
  afterwards(run) {
    // Node does more for `queueMicrotask` and `process.nextTick`. What `run` throws ends the process all the same.
    void done.then(run)
  },
  turn() {
    const turn = countedTurn()
    // What runs after a turn belongs to the next one: else whoever has a share of each turn would have two.
    return turn === endedTurn ? turn + 1 : turn
  },
}
