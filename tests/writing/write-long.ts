import { Doc } from 'yjs'
import { piecesOf } from '../../examples/site/components/write/text-change.ts'

/** Writes a text at a site, over HTTP, in updates that it takes. */
export async function writeLong(site: string, id: string, text: string): Promise<void> {
  const doc = new Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  let at = 0
  for (const piece of piecesOf(text, 8_000)) {
    doc.getText('text').insert(at, piece)
    at += piece.length
  }
  for (const update of updates) {
    const payload = { update: { 'baro:bytes': Buffer.from(update).toString('base64') } }
    const answer = await fetch(`${site}/baro/channels/draft:${id}`, {
      method: 'POST',
      body: JSON.stringify({ type: 'update', payload }),
    })
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  }
}
