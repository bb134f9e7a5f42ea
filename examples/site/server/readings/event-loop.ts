import { monitorEventLoopDelay } from 'node:perf_hooks'

const resolutionMs = 10

/** Reads how late the event loop was since the last reading, in milliseconds. */
export function createDelayReading(): () => { medianMs: number; p99Ms: number; maxMs: number } {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  return () => {
    const delay = {
      medianMs: late(histogram.percentile(50)),
      p99Ms: late(histogram.percentile(99)),
      maxMs: late(histogram.max),
    }
    histogram.reset()
    return delay
  }
}

// The histogram counts the time from one tick of its timer to the next; what is over the timer's own is delay.
function late(nanoseconds: number): number {
  return Math.round(Math.max(0, nanoseconds / 1e6 - resolutionMs) * 10) / 10
}
