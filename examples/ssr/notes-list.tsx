import type { Snapshot, TypesOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { notes } from './notes.ts'

/** The notes: as the server has rendered them, and from there on live. */
export function NotesList({ initial }: { readonly initial: Snapshot<TypesOf<typeof notes>> }) {
  const { state, publish, status } = useChannel(notes, initial)
  return (
    <main>
      <h1>Notes</h1>
      <ul id="notes">
        {state.map(({ id, text }) => (
          <li key={id}>{text}</li>
        ))}
      </ul>
      <form action={(form: FormData) => void publish('note', { text: String(form.get('text')) })}>
        <input name="text" aria-label="A note" required /> <button type="submit">Send</button>{' '}
        <small>{status.state}</small>
      </form>
    </main>
  )
}
