/** Whose room what is remembered of publishes takes, and whether there is more of it (I7). */
import { BaroError, quote } from '../errors.ts'
import type { ClaimShare } from '../ports/claim.ts'
import type { ClaimLimits } from './claim-limits.ts'

const kinds: Readonly<Record<ClaimShare['of'], string>> = {
  application: 'the application',
  user: 'users',
  guest: 'guests',
}

/** The name of the part of a share that is one user's, or one address's. */
export function ownNameOf(share: ClaimShare): string {
  if (share.of === 'application') return 'application itself'
  return share.of === 'user' ? `user ${share.user}` : `guest ${share.address}`
}

/**
 * Why there is no room for a share; `undefined` if there is.
 *
 * @param weightOf How much is remembered under a name: that of a kind of share, or of {@link ownNameOf}. What is asked for counts.
 */
export function noRoomFor(
  share: ClaimShare,
  limits: ClaimLimits,
  weightOf: (name: string) => number,
): BaroError | undefined {
  const { perUser, users, perAddress, guests, application } = limits
  const [mostOfOne, mostOfAll] =
    share.of === 'user' ? [perUser, users] : share.of === 'guest' ? [perAddress, guests] : [application, application]
  if (weightOf(share.of) > mostOfAll)
    return new BaroError(
      'unavailable',
      `This node remembers ${mostOfAll} publishes of ${kinds[share.of]} and takes no more. Try again later.`,
    )
  if (weightOf(ownNameOf(share)) > mostOfOne)
    return new BaroError(
      'rate-limited',
      `${mostOfOne} publishes of ${share.of === 'user' ? `the user ${quote(share.user)}` : 'this address'} are remembered. Try again later.`,
    )
  return undefined
}
