/** Half of the 2^32 transaction ids that 32 bits can tell apart. */
const half = 1n << 31n

/**
 * The 64 bits of a transaction id of which the stream says 32. PostgreSQL lets no two living ids lie 2^31 apart, so it is
 * the one that is nearest to any id of the same time.
 *
 * @param near An id in 64 bits of about the same time, such as the `xmax` of a snapshot.
 */
export function wideXid(xid: number, near: bigint): bigint {
  const distance = BigInt.asIntN(32, BigInt(xid) - near)
  const wide = near + distance
  return wide < 0n ? wide + 2n * half : wide
}
