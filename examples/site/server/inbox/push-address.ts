import { ECDH } from 'node:crypto'
import { BaroError } from '@baro/core'
import type { Subscription } from '../../channels/inbox.ts'

/** Where browsers let themselves be told: Chromium, Firefox, Edge, Safari. `*` is one label. */
export const pushHosts: readonly string[] = [
  'fcm.googleapis.com',
  '*.push.services.mozilla.com',
  '*.notify.windows.com',
  'web.push.apple.com',
]

const pointBytes = 65
const secretBytes = 16

/**
 * Refuses a subscription that no browser has made. This server will post to its address, so who chooses it would have the server
 * ask for whatever it can reach: only known services are asked, over TLS, and what they redirect to is not (`web-push`
 * follows nothing).
 *
 * @throws {BaroError} `invalid-payload`
 */
export function assertSubscription({ endpoint, p256dh, auth }: Subscription, hosts = pushHosts): void {
  if (!isPushAddress(endpoint, hosts))
    throw new BaroError('invalid-payload', 'The endpoint is no https address of a push service that this site knows.')
  if (!isPoint(Buffer.from(p256dh, 'base64url')) || Buffer.from(auth, 'base64url').length !== secretBytes)
    throw new BaroError('invalid-payload', 'The keys of the subscription are not those of a browser (RFC 8291).')
}

/** Whether an address is one of a push service. The parser has made the host ASCII, so that look-alikes look different. */
export function isPushAddress(endpoint: string, hosts: readonly string[]): boolean {
  if (!URL.canParse(endpoint)) return false
  const { protocol, host, username, password } = new URL(endpoint)
  if (protocol !== 'https:' || username !== '' || password !== '') return false
  return hosts.some((known) => known === host || (known.startsWith('*.') && isBelow(host, known.slice(1))))
}

function isBelow(host: string, suffix: string): boolean {
  return host.endsWith(suffix) && /^[a-z0-9-]+$/.test(host.slice(0, -suffix.length))
}

/** Whether it is a point of the curve, uncompressed. Another one would fail only when something is encrypted for it. */
function isPoint(key: Buffer): boolean {
  if (key.length !== pointBytes || key[0] !== 4) return false
  try {
    ECDH.convertKey(key, 'prime256v1')
    return true
  } catch {
    return false
  }
}
