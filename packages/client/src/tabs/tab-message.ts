import type { ClientMessage, ServerMessage } from '@baro/core/protocol'
import type { Rung } from '../ports/transport.ts'

/** What a tab says to whoever leads; without a message: who does? */
export interface FromTab {
  readonly tab: string
  /** Who the hub says this tab is. */
  readonly user?: string | undefined
  readonly message?: ClientMessage | undefined
}

/** What the leader says, to one tab or to all. */
export interface FromLeader {
  readonly leader: string
  /** Whether others may follow: the hub has let it in. */
  readonly isOpen: boolean
  readonly rung: Rung
  /** The secret of all tabs: what a guest has sent through one leader is the same guest's through the next (I5). */
  readonly secret: string | undefined
  readonly to?: string | undefined
  /** Absent: it is there. `null`: have a link of your own, since you are somebody else, or there is no room for you. */
  readonly message?: ServerMessage | null | undefined
}
