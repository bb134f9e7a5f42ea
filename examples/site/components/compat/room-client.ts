import type { CompatMessage } from '../../channels/compat.ts'
import type { Link } from './client.ts'

/** A client as the page shows it. */
export interface RoomClient {
  /** What it has got from the server, in the order in which it came. */
  readonly messages: readonly CompatMessage[]
  readonly link: Link
  /** Rejects if the message is not taken. */
  readonly send: (text: string) => Promise<unknown>
}
