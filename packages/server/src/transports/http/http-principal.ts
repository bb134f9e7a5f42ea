import type { IncomingMessage } from 'node:http'
import type { Gate } from '../../access/gate.ts'
import { networkOf } from '../../access/network-of.ts'
import type { Principal } from '../../access/principal.ts'
import { addressOf } from './handshake-of.ts'

/**
 * Finds out who sends a request. Nothing tells guests apart who publish by POST, so their publish ids are in one scope.
 * That is safe because ids are claimed for each channel, and are chosen at random.
 *
 * @throws {BaroError} as `Gate.authenticate`.
 */
export async function principalOf(gate: Gate, request: IncomingMessage): Promise<Principal> {
  const address = addressOf(request)
  return {
    user: await gate.authenticate(request.headers),
    guest: 'http',
    address: address === undefined ? undefined : networkOf(address),
  }
}
