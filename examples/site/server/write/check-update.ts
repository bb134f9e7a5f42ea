import { ContentString, type Doc, decodeUpdate, getState, type ID, Item } from 'yjs'
import { textName } from '../../channels/merged.ts'

/** What an update does, as far as it matters to whoever lets it in. */
export interface CheckedUpdate {
  /** The client of Yjs that has made it; `undefined` if it only deletes. */
  readonly client: number | undefined
  /** How much text it brings, in UTF-16 units. */
  readonly inserted: number
}

/** Line breaks are one character in a text field, and half a character in none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unwanted = /[\u0000-\u0008\u000b-\u001f\u007f]|\p{Surrogate}/u

/**
 * Reads an update before it becomes a part of a text, for everybody and for ever. It lets in what the editor of the page makes:
 * text put into the one text of the document, and deletions, by one client, from where that client stands, and about what is
 * there. All else, which Yjs would take and keep, is refused: other types, other documents, gaps that wait for ever, text
 * under the numbers of text that is known.
 *
 * @returns What it does, or why it is refused.
 */
export function checkUpdate(doc: Doc, update: Uint8Array): CheckedUpdate | string {
  const read = readUpdate(update)
  if (typeof read === 'string') return read
  const { structs, ds } = read
  const client = structs[0]?.id.client
  let clock = client === undefined ? 0 : getState(doc.store, client)
  let inserted = 0
  const isKnown = (id: ID | null) =>
    id === null || id.clock < (id.client === client ? clock : getState(doc.store, id.client))
  for (const item of structs) {
    if (!(item instanceof Item && item.content instanceof ContentString)) return 'It holds something else than text.'
    if (item.id.client !== client) return 'It is of several clients.'
    if (item.id.clock !== clock) return 'It does not continue what its client has sent before.'
    if (!isKnown(item.origin) || !isKnown(item.rightOrigin)) return 'It stands beside text that is not here.'
    // Who stands beside a text is in the same one.
    if (item.origin === null && item.rightOrigin === null && (item.parent as unknown) !== textName)
      return 'It is for another text.'
    if (item.parentSub !== null) return 'It is for another text.'
    if (unwanted.test(item.content.str)) return 'It holds characters that no text field has.'
    clock += item.length
    inserted += item.length
  }
  for (const [of, ranges] of ds.clients)
    for (const { clock: from, len } of ranges) {
      const known = of === client ? clock : getState(doc.store, of)
      if (!(len > 0 && from + len <= known)) return 'It deletes text that is not here.'
    }
  if (structs.length === 0 && ds.clients.size === 0) return 'It changes nothing.'
  return { client, inserted }
}

function readUpdate(update: Uint8Array): ReturnType<typeof decodeUpdate> | string {
  try {
    return decodeUpdate(update)
  } catch {
    return 'It is no update of Yjs.'
  }
}
