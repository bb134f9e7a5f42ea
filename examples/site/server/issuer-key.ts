import { randomBytes } from 'node:crypto'
import { keptSecret } from './kept-secret.ts'

const keyBytes = 32

/** The key of the local issuer, as the environment holds it. It is kept, so that a restart signs nobody out. */
export function issuerKey(folder: string | undefined): Promise<string> {
  return keptSecret(folder, 'issuer.key', randomBytes(keyBytes).toString('base64url'))
}
