import { liveValue } from '@baro/core'
import type { Followed, Hub, Participant } from '@baro/server'
import { applyUpdate, Doc } from 'yjs'
import { type Draft, draft, updatesOf } from '../../channels/write.ts'

/** A text as it stands at the head of its channel. */
export interface OpenText {
  doc: Doc
  /** Whose numbers these are: under somebody else's nobody writes. */
  readonly owners: Map<number, string>
  /** How many bytes it has, with all that was deleted; at most this. */
  bytes: number
}

interface Entry extends OpenText {
  readonly isRead: Promise<void>
  readonly followed: Followed
}

/**
 * The texts that this node has lately let updates into. Each follows its channel: to read the state for each key would cost the
 * size of the text. Whoever writes has seen what they write beside, so it is here as well.
 *
 * @param most To open a text is to read all of it. The one that was used least lately is forgotten.
 */
export function openTexts(hub: Hub, most: number): (id: string) => Promise<OpenText> {
  // Opened with the first text: a site where nobody writes has no session of its own.
  let reader: Participant | undefined
  const texts = new Map<string, Entry>()

  function open(id: string): Entry {
    let settle: { readonly read: () => void; readonly failed: (error: Error) => void } | undefined
    const isRead = new Promise<void>((resolve, reject) => {
      settle = { read: resolve, failed: reject }
    })
    const text: OpenText = { doc: new Doc(), owners: new Map(), bytes: 0 }
    reader ??= hub.open()
    const followed = reader.follow(draft({ id }), undefined, {
      reset(_, { value }) {
        text.doc.destroy()
        text.doc = new Doc()
        for (const update of updatesOf(liveValue(value as unknown as Draft))) applyUpdate(text.doc, update)
        settle?.read()
      },
      delivered({ publications }) {
        for (const { payload } of publications)
          applyUpdate(text.doc, liveValue(payload as unknown as { update: Uint8Array }).update)
      },
      failed(error) {
        texts.delete(id)
        settle?.failed(error)
      },
    })
    return Object.assign(text, { isRead, followed })
  }

  return async (id) => {
    const text = texts.get(id) ?? open(id)
    texts.delete(id)
    texts.set(id, text)
    for (const [oldest, { followed, doc }] of texts) {
      if (texts.size <= most) break
      followed.end()
      doc.destroy()
      texts.delete(oldest)
    }
    await text.isRead
    return text
  }
}
