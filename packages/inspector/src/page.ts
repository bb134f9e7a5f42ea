import type { IncomingMessage, ServerResponse } from 'node:http'
import type { GatewayHost, Handshake } from '@baro/server/parts'
import { nothingThere } from './api.ts'
import type { Door } from './door.ts'

/** What the page works with. */
export interface InspectorPageParts {
  readonly path: string
  readonly door: Door
  readonly bodyOf: GatewayHost['bodyOf']
}

export class InspectorPage {
  readonly #parts: InspectorPageParts

  constructor(parts: InspectorPageParts) {
    this.#parts = parts
  }

  async answer(
    _rest: string,
    _request: IncomingMessage,
    _response: ServerResponse,
    handshake: Handshake,
  ): Promise<void> {
    this.#parts.door.assertMayLook(handshake)
    throw nothingThere()
  }
}
