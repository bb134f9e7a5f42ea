import { type Counters, defaultLimits } from '@baro/server'
import type { Row } from './siege.ts'

/** How much later than without an attacker the honest may be served. */
const slowerAtMost = 2

/** Fewer delays say nothing of their slowest hundredth. */
const fewestDelays = 500

/** Without an attacker the honest are served in about ten milliseconds; where they are not, others were at work too. */
const busyFromMs = 30

/** What a hub has done for whoever asked, refusals left out: they are cheap, and may be as many as there are requests. */
function workOf({ published, recovered, reset }: Counters): number {
  return published + recovered + Object.values(reset).reduce((sum, count) => sum + count, 0)
}

/** What one address may ask for in so much time, with what it has saved up; and the honest, who ask for less than that. */
function mostWork(elapsedMs: number): number {
  const { messagesPerSecond, timesPerAddress } = defaultLimits
  return (elapsedMs / 1_000 + 2) * messagesPerSecond * (timesPerAddress + 1)
}

/** How much later the slowest hundredth is served than without an attacker. */
export function timesOf(delays: Row['delays']): number {
  return (delays?.under.all.p99 ?? Number.NaN) / (delays?.alone.all.p99 ?? Number.NaN)
}

/** Why a siege is lost, one reason each; empty if the honest did not notice it. */
export function complaintsAbout({
  isAlive,
  delays,
  refusals,
  missed,
  doubled,
  backAfterMs,
  hub,
  tookMs,
}: Row): readonly string[] {
  if (!isAlive) return ['the process died']
  const refused = Object.entries(refusals).map(([why, count]) => `${count} × ${why}`)
  return [
    ...((delays?.alone.all.p99 ?? 0) < busyFromMs ? [] : ['measured on a busy machine']),
    ...(delays && Math.min(delays.alone.all.count, delays.under.all.count) < fewestDelays
      ? ['measured too little']
      : []),
    ...(timesOf(delays) <= slowerAtMost ? [] : ['slower']),
    ...refused,
    ...(missed === 0 ? [] : ['missed']),
    ...(doubled === 0 ? [] : ['doubled']),
    ...(hub && tookMs !== undefined && workOf(hub.counters) > mostWork(tookMs)
      ? ['more done than the rate allows']
      : []),
    ...(backAfterMs === undefined ? ['memory not back'] : []),
  ]
}
