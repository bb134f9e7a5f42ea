/** What the stages of both gateways share: a hub on a real server, and what ends with a test. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hub } from '@baro/server'
import { onTestFinished } from 'vitest'

/** Runs something when the test is over, last one first. */
export function atEnd(end: () => unknown): void {
  onTestFinished(async () => void (await end()))
}

/** A hub that is served. */
export interface Served {
  readonly url: string
  /** The server goes, and its clients do not know. */
  stopListening(): Promise<void>
}

/** Serves a hub, on a free port unless it is that of a node that has stopped. */
export async function serve(hub: Hub, port = 0): Promise<Served> {
  const server = createServer((_request, response) => response.end('the application'))
  hub.attach(server)
  server.listen(port)
  await once(server, 'listening')
  const stopListening = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://localhost:${(server.address() as AddressInfo).port}`, stopListening }
}
