import { createHub, type Hub } from '@baro/server'
import { notes } from './notes.ts'

/** A hub with the notes, into which everybody may write. */
export function createNotesHub(): Hub {
  const hub = createHub({ channels: [notes] })
  hub.on(notes, { access: 'public', events: { note: ({ payload, publish }) => publish('note', payload) } })
  return hub
}
