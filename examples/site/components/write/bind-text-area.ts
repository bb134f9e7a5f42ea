import { applyUpdate, Doc, mergeUpdates } from 'yjs'
import { textName } from '../../channels/merged.ts'
import { type Draft, maxUpdateBytes, updatesOf } from '../../channels/write.ts'
import { piecesOf, textChange } from './text-change.ts'

/** A Hangul syllable has three bytes. */
const pieceLength = maxUpdateBytes / 4
const ours = 'ours'

/** A text field that shows a shared text. */
export interface Binding {
  /** What the channel shows now. */
  receive(state: Draft): void
  unbind(): void
}

/**
 * Binds a text field to a shared text. What is typed goes into the document at once, and one update after the other to the server:
 * what is typed meanwhile, or without a connection, becomes the next one.
 *
 * While somebody composes (a Hangul syllable, for one) nothing comes in and nothing goes out: a field that changes under a
 * composition ends it.
 *
 * @param send Resolves when the server has it. If it rejects, the document is not that of the others any more: `refused` is
 *   called, and a new binding begins.
 */
export function bindTextArea(
  area: HTMLTextAreaElement,
  send: (update: Uint8Array<ArrayBuffer>) => Promise<unknown>,
  refused: (error: unknown) => void,
): Binding {
  const doc = new Doc()
  const text = doc.getText(textName)
  const known = new WeakSet<Uint8Array>()
  const waiting: Uint8Array[] = []
  let isComposing = false
  let isSending = false
  let isBound = true
  /** Whether the document holds what the page shows. */
  let isOpen = false
  let newest: Draft | undefined

  text.observe((event) => {
    if (event.transaction.origin === ours || !isOpen) return
    let at = 0
    // Yjs walks through the whole document to say what has changed, so it is asked only now, and once for all that came together.
    for (const { retain = 0, delete: deleted = 0, insert: inserted } of event.delta) {
      const insert = typeof inserted === 'string' ? inserted : ''
      at += retain
      // The caret and the selection stay in the text where they are.
      area.setRangeText(insert, at, at + deleted, 'preserve')
      at += insert.length
    }
  })
  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === ours) waiting.push(update)
  })

  const typed = () => {
    // The field has shown what the document holds, as long as nobody has typed.
    const [before, after] = [text.toString(), area.value]
    if (isComposing || after === before) return
    const { at, deleted, inserted } = textChange(before, after, area.selectionEnd)
    if (deleted > 0) doc.transact(() => text.delete(at, deleted), ours)
    let to = at
    for (const piece of piecesOf(inserted, pieceLength)) {
      doc.transact(() => text.insert(to, piece), ours)
      to += piece.length
    }
    void sendWaiting()
  }
  const receive = () => {
    if (isComposing || !newest) return
    const news = updatesOf(newest).filter((update) => !known.has(update))
    if (news.length === 0) return
    doc.transact(() => {
      for (const update of news) {
        known.add(update)
        applyUpdate(doc, update)
      }
    })
  }

  async function sendWaiting(): Promise<void> {
    if (isSending) return
    isSending = true
    try {
      while (isBound && waiting.length > 0) await send(nextUpdate(waiting))
    } catch (error) {
      if (isBound) refused(error)
    }
    isSending = false
  }

  const composing = () => {
    isComposing = true
  }
  const composed = () => {
    isComposing = false
    typed()
    receive()
  }
  area.addEventListener('input', typed)
  area.addEventListener('compositionstart', composing)
  area.addEventListener('compositionend', composed)
  return {
    receive(state) {
      newest = state
      receive()
      if (isOpen) return
      isOpen = true
      // The text of the page is in the field already: to lay out a megabyte takes seconds.
      const whole = text.toString()
      if (area.value !== whole) area.value = whole
    },
    unbind() {
      isBound = false
      area.removeEventListener('input', typed)
      area.removeEventListener('compositionstart', composing)
      area.removeEventListener('compositionend', composed)
      doc.destroy()
    },
  }
}

/** As many of the updates as fit into one. */
function nextUpdate(waiting: Uint8Array[]): Uint8Array<ArrayBuffer> {
  let bytes = waiting[0]?.length ?? 0
  let count = 1
  while (count < waiting.length && bytes + (waiting[count]?.length ?? 0) <= maxUpdateBytes)
    bytes += waiting[count++]?.length ?? 0
  const first = waiting.splice(0, count)
  return (first.length === 1 ? first[0] : mergeUpdates(first)) as Uint8Array<ArrayBuffer>
}
