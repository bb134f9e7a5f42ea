import type { Row } from './siege.ts'

/** How much later than without an attacker the honest may be served. */
const slowerAtMost = 2

/** Without an attacker the honest are served in about ten milliseconds; where they are not, others were at work too. */
const busyFromMs = 30

/** Why a siege is lost, one reason each; empty if the honest did not notice it. */
export function complaintsAbout({
  isAlive,
  alone,
  under,
  refusals,
  missed,
  doubled,
  backAfterMs,
}: Row): readonly string[] {
  if (!isAlive) return ['the process died']
  const refused = Object.entries(refusals).map(([why, count]) => `${count} × ${why}`)
  const times = (under?.all.p99 ?? Number.NaN) / (alone?.all.p99 ?? Number.NaN)
  return [
    ...((alone?.all.p99 ?? 0) < busyFromMs ? [] : ['measured on a busy machine']),
    ...(times <= slowerAtMost ? [] : ['slower']),
    ...refused,
    ...(missed === 0 ? [] : ['missed']),
    ...(doubled === 0 ? [] : ['doubled']),
    ...(backAfterMs === undefined ? ['memory not back'] : []),
  ]
}
