import { BaroError, quote } from './errors.ts'

/** A span of time: milliseconds, or a text such as `'500ms'`, `'30s'`, `'5m'`, `'2h'`, `'7d'`. */
export type Duration = number | `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/**
 * Reads a duration as milliseconds.
 *
 * @throws {BaroError} `bad-definition` if it is not a positive span.
 */
export function durationMs(duration: Duration): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(String(duration)) ?? []
  const ms = typeof duration === 'number' ? duration : Number(digits) * (unitMs[unit ?? ''] ?? Number.NaN)
  if (!(ms > 0 && Number.isFinite(ms)))
    throw new BaroError(
      'bad-definition',
      `${quote(duration)} is not a duration. Write milliseconds, or for example "2h".`,
    )
  return ms
}
