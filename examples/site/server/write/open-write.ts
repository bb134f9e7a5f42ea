import { BaroError } from '@baro/core'
import type { Hub } from '@baro/server'
import { applyUpdate, encodeStateAsUpdate } from 'yjs'
import { textName } from '../../channels/merged.ts'
import { draft, maxStateBytes, maxTextLength } from '../../channels/write.ts'
import { createTurns } from '../turns.ts'
import { checkUpdate } from './check-update.ts'
import { type OpenText, openTexts } from './open-texts.ts'

const keptOpen = 16

/** The rules of the texts: everybody reads, everybody writes, and only what `checkUpdate` lets in becomes a part of one. */
export function openWrite(hub: Hub): void {
  const inTurn = createTurns()
  const open = openTexts(hub, keptOpen)

  hub.on(draft, {
    access: 'public',
    events: {
      update: ({ payload, publish, params: { id }, user, session = '' }) =>
        inTurn(id, async () => {
          const text = await open(id)
          const { doc, owners } = text
          const checked = checkUpdate(doc, payload.update)
          if (typeof checked === 'string') throw new BaroError('not-accepted', `The update is refused. ${checked}`)
          const { client, inserted } = checked
          const who = user?.id ?? session
          if (client !== undefined && (owners.get(client) ?? who) !== who)
            throw new BaroError('not-accepted', 'The update is refused. Its client id is that of somebody else.')
          if (inserted > 0 && (doc.getText(textName).length + inserted > maxTextLength || isFull(text)))
            throw new BaroError('not-accepted', 'The text is full. Delete something, or begin another one.')
          const published = await publish('update', payload)
          // It comes by the channel too, after whoever writes next.
          applyUpdate(doc, payload.update)
          if (client !== undefined) owners.set(client, who)
          text.bytes += payload.update.length
          return published
        }),
    },
    signals: {
      caret: ({ payload: { at }, claims, signal }) =>
        signal('caret', { at, ...(claims.role === 'member' && { name: String(claims.name) }) }, { key: 'caret' }),
    },
    requests: { me: ({ user }) => ({ by: user?.id }) },
  })
}

/** Whether a text has grown too large. What its updates came to is more than what it is, so it is measured first: that costs its size. */
function isFull(text: OpenText): boolean {
  if (text.bytes > maxStateBytes) text.bytes = encodeStateAsUpdate(text.doc).length
  return text.bytes > maxStateBytes
}
