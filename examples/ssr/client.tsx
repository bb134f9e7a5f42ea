import { hydrateRoot } from 'react-dom/client'
import { NotesList } from './notes-list.tsx'

const [root, initial] = ['root', 'initial'].map((id) => document.getElementById(id))
if (root && initial?.textContent) hydrateRoot(root, <NotesList initial={JSON.parse(initial.textContent)} />)
