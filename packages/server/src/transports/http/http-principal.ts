import type { Gate } from '../../access/gate.ts'
import { networkOf } from '../../access/network-of.ts'
import type { Principal } from '../../access/principal.ts'
import type { Handshake } from '../../ports/socket.ts'

/**
 * Finds out who sends a request. Nothing tells guests apart who publish by POST, so their publish ids are in one scope.
 * That is safe because ids are claimed for each channel, and are chosen at random.
 *
 * @throws {BaroError} as `Gate.authenticate` and `Gate.keyIn`.
 */
export async function principalOf(gate: Gate, { headers, address }: Handshake): Promise<Principal> {
  const from = { address: address === undefined ? undefined : networkOf(address) }
  const key = await gate.keyIn(headers)
  return key ? { key, ...from } : { user: await gate.authenticateInTime(headers), guest: 'http', ...from }
}
