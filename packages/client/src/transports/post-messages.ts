import type { ClientMessage } from '@baro/core/protocol'
import { readJson, type ServerMessage, unauthenticatedCode, writeJson } from '@baro/core/protocol'

/** One request of a session over HTTP, and whom it tells. */
export interface Post {
  readonly url: string
  readonly body: Blob
  readonly signal: AbortSignal
  /** Default `globalThis.fetch`. */
  readonly fetch?: typeof fetch | undefined
  /** Takes the answer of a hub that lets the client in. */
  read(response: Response): Promise<void>
  /** There is no answer, or none that can be read; `code` is that of `LinkEvents.closed`. */
  failed(code: number, reason: string): void
}

/** The body of such a request. */
export function bodyOf(messages: readonly ClientMessage[]): Blob {
  return new Blob([writeJson({ messages })], { type: 'application/json' })
}

/** Posts messages to a hub's `connect`: one session, which ends with the answer. Never rejects. */
export async function postMessages({ url, body, signal, fetch: request = fetch, read, failed }: Post): Promise<void> {
  try {
    const response = await request(url, { method: 'POST', body, signal })
    const { ok, status, headers } = response
    // Something on the way that refuses with a page of its own may let the client through later.
    const isRefused = [401, 403].includes(status) && headers.get('content-type')?.includes('json')
    if (ok) await read(response)
    else failed(isRefused ? unauthenticatedCode : 1006, `HTTP ${status}`)
  } catch (error) {
    failed(1006, `${error}`)
  }
}

/** The messages of an answer that came whole. */
export async function readMessages(response: Response): Promise<readonly ServerMessage[]> {
  return (readJson(await response.text()) as { readonly messages: readonly ServerMessage[] }).messages
}
