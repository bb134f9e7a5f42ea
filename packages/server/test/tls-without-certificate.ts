import type { TlsOptions } from 'node:tls'

/** TLS whose two sides share a key: no certificate that could run out, no private key in the repository. */
const psk = Buffer.alloc(32, 7)
const agreed = { ciphers: 'PSK-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const

/** What a server of a test listens with. */
export const serverTls: TlsOptions = { ...agreed, pskCallback: () => psk, pskIdentityHint: 'test' }

/** What its clients connect with. */
export const clientTls = {
  ...agreed,
  pskCallback: () => ({ psk, identity: 'test' }),
  checkServerIdentity: () => undefined,
}
