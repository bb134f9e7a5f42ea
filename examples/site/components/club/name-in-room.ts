import type { ClubMessage } from '../../channels/club.ts'
import type { Words } from '../../i18n/words.ts'
import { speakerName } from '../room/speaker.ts'

/** What a user is called in a room for members, as long as something that they said is left. */
export function nameInRoom(messages: readonly ClubMessage[], by: string, words: Words['room']): string {
  const said = messages.find((message) => 'by' in message && message.by === by)
  return speakerName({ by, ...(said && 'name' in said && { name: said.name }) }, words)
}
