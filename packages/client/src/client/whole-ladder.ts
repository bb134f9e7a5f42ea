import { createLadder, type Ladder, type LadderOptions } from '../ladder/ladder.ts'
import type { Rung } from '../ports/transport.ts'
import { createHttpTransport } from '../transports/http.ts'
import { createWebSocketTransport } from '../transports/websocket.ts'

/** The ladder of a client with all its rungs, and their code: what most pages never load. */
export function createWholeLadder(rungs: readonly Rung[], parts: Pick<LadderOptions, 'memory' | 'clock'>): Ladder {
  const transports = rungs.map((rung) =>
    rung === 'websocket' ? createWebSocketTransport() : createHttpTransport(rung, parts),
  )
  return createLadder({ transports, ...parts })
}
