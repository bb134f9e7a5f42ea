import type { IncomingMessage } from 'node:http'
import type { Gate } from '../../access/gate.ts'
import type { Principal } from '../../access/principal.ts'

/**
 * Who sends a request. Guests who publish by POST have nothing that tells them apart, so their ids are in one scope; ids
 * are claimed within their channel, and chosen at random.
 *
 * @throws {BaroError} as `Gate.authenticate`.
 */
export async function principalOf(gate: Gate, request: IncomingMessage): Promise<Principal> {
  return { user: await gate.authenticate(request.headers), guest: 'http' }
}
