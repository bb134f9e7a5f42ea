import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs'

/** The one text of a document. */
export const textName = 'text'

/** One update in the place of many: through a document, which forgets what was deleted. */
export function merged(updates: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return withDocument(updates, (doc) => encodeStateAsUpdate(doc) as Uint8Array<ArrayBuffer>)
}

export function mergedText(updates: readonly Uint8Array[]): string {
  return withDocument(updates, (doc) => doc.getText(textName).toString())
}

function withDocument<Result>(updates: readonly Uint8Array[], use: (doc: Doc) => Result): Result {
  const doc = new Doc()
  try {
    for (const update of updates) applyUpdate(doc, update)
    return use(doc)
  } finally {
    doc.destroy()
  }
}
