/** Runs in the browser: shows a room from what its page was rendered with, live over one rung, and keeps what it has shown. */
import { createClient, type Rung } from '@baro/client'
import { redactedRooms } from './redacted-rooms.ts'

/** What was shown at some moment. */
export interface Shown {
  /** On the page's own clock. */
  readonly atMs: number
  readonly state: string
  readonly text: string
}

declare global {
  interface Window {
    shown: Shown[]
    /** When the page came out of the back-forward cache. */
    backAtMs: number | undefined
  }
}

const { rung, kind, snapshot } = JSON.parse(document.getElementById('page')?.textContent ?? '{}')
const definition = redactedRooms[kind as keyof typeof redactedRooms]
const list = document.getElementById('list') as HTMLElement
window.shown = []

function show(state: string, lines: readonly { readonly text?: string }[]): void {
  list.textContent = lines.map(({ text }) => text ?? '(removed)').join(' | ')
  window.shown.push({ atMs: performance.now(), state, text: list.textContent })
  document.body.dataset.state = state
}

window.addEventListener('pageshow', ({ persisted }) => {
  if (persisted) window.backAtMs = performance.now()
})
const client = createClient({ rungs: [rung as Rung] })
const room = client.subscribe(definition, snapshot)
const look = () => show(room.current.status.state, room.current.state)
room.onChange(look)
look()
