import type { CompatMessage } from '../../channels/compat.ts'
import type { Told } from './client.ts'

type Message =
  | { readonly type: 'message'; readonly payload: CompatMessage; readonly position: string }
  | { readonly type: 'baro:reset'; readonly payload: { readonly snapshot: [] }; readonly position: string }

/** Reads a message of the room as plain streams bring it, and tells of it; returns the position it leads to. */
export function readMessage(text: string, told: Told): string | undefined {
  const message = JSON.parse(text) as Message
  if (message.type === 'message') told.got(message.payload)
  if (message.type === 'baro:reset') told.began(message.payload.snapshot)
  return message.position
}
