import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const everyAddress: ReadonlySet<string> = new Set(['::', '0.0.0.0'])

/** Where this process finds a server of its own. `next start -H` listens at one address, where `localhost` finds nobody. */
export function ownUrl(server: HttpServer): string {
  const { address, family, port } = server.address() as AddressInfo
  if (everyAddress.has(address)) return `http://localhost:${port}`
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
