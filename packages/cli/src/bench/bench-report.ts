/** What a bench says in the end. */
import { BaroError } from '@baro/core'
import { problemOf } from '../hub/hub-door.ts'
import { bad, faint, odd, type Screen } from '../screen/screen.ts'
import type { BenchResult, Quantiles } from './tally.ts'

/** What it was asked to do. */
export interface Asked {
  readonly isFollowing: boolean
  readonly isPublishing: boolean
}

/**
 * @throws {BaroError} what the hub said first, if nobody was let in.
 */
export function assertSomebodyIsIn({ rungs, refusals }: BenchResult): void {
  const [refusal] = refusals
  if (refusal && rungs.every(({ open }) => open === 0)) throw refusalError(refusal)
}

/**
 * @throws {BaroError} what the hub said first, if no publish was taken.
 */
export function assertSomethingIsPublished({ accepted, refusals, published }: BenchResult): void {
  const [refusal] = refusals
  if (accepted > 0 || published === 0) return
  if (refusal) throw refusalError(refusal)
  throw new BaroError(
    'not-accepted',
    'The hub has taken the publishes, and put nothing into the channel under their ids. Give --publish a type whose handler publishes it.',
  )
}

function refusalError({ code, message }: BenchResult['refusals'][number]): BaroError {
  return /^closed|^silent/.test(code)
    ? new BaroError('unavailable', `${code}: ${message} \`baro doctor\` looks for the reason.`)
    : problemOf({ code, message: `${message}${adviceFor(code)}` })
}

/** What to do about a refusal that a bench brings about by itself. */
function adviceFor(code: string): string {
  if (code !== 'rate-limited') return ''
  return ' A hub bounds what one address and one user may have open and send (maxConnectionsPerAddress, 2,000; maxConnectionsPerUser, 100; messagesPerSecond, 100 for a link). Ask for less, run this on more machines, or raise `limits` of createHub for the test.'
}

/** Shows it to a person. */
export function tellResult(screen: Screen, result: BenchResult, { isPublishing, isFollowing }: Asked): void {
  const rows = result.rungs.map((one) => [
    one.rung,
    `${one.open}/${one.clients}`,
    ...ms(one.connectMs),
    ...(isFollowing ? [String(one.deliveries)] : []),
    ...(isPublishing ? [...ms(one.deliveryMs), String(one.missing)] : []),
  ])
  const heads = [
    'RUNG',
    'OPEN',
    'CONNECT p50',
    'p99 ms',
    ...(isFollowing ? ['DELIVERED'] : []),
    ...(isPublishing ? ['DELIVERY p50', 'p99 ms', 'MISSING'] : []),
  ]
  screen.table(heads, rows)
  if (isFollowing) {
    const sent = isPublishing ? `; ${result.accepted} of ${result.published} publishes were taken` : ''
    screen.say(`${result.deliveriesPerSecond} deliveries a second${sent}.`)
  }
  for (const { rung, cut } of result.rungs) if (cut > 0) screen.say(bad('cut'), ` ${cut} of ${rung} while it ran.`)
  for (const { code, times, message } of result.refusals)
    screen.say(odd(code), ` ${times === 1 ? 'once' : `${times} times`}: ${message}${adviceFor(code)}`)
  screen.note(faint('Publisher and clients are this one process: with many clients, its own work is in the figures.'))
}

function ms(quantiles: Quantiles | undefined): readonly string[] {
  return quantiles === undefined ? ['-', '-'] : [quantiles.p50.toFixed(1), quantiles.p99.toFixed(1)]
}
