import type { Handshake } from '../ports/socket.ts'

const addresses = new Set(['127.0.0.1', '::1'])
const hosts = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/

/** Headers that a proxy adds. With one of them, whoever asks is not known to be here. */
const ofProxies = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via'] as const

/**
 * Whether somebody on this machine asks, for doors that are open to the developer alone. A proxy on the machine asks from
 * here too, for everybody, so the address alone says nothing; and a page of another host may be led here by its name, so the
 * host is compared.
 */
export function isOfThisMachine({ address, host, headers }: Handshake): boolean {
  if (address === undefined || !addresses.has(address)) return false
  return hosts.test(host ?? String(headers.host ?? '')) && ofProxies.every((name) => headers[name] === undefined)
}
