'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { maxNoteLength, post } from '../../channels/inbox.ts'
import { LineForm } from '../frame/line-form.tsx'
import { useWords } from '../words/words-provider.tsx'

/** Sends somebody a note: oneself, or a member who has opened an inbox lately. */
export function SendForm({ own, people }: { own: string; people: SnapshotOf<typeof post> }) {
  const { inbox: says } = useWords('inbox')
  const { state, request } = useChannel(post, people)
  return (
    <LineForm
      name="text"
      label={says.text}
      proposal={says.proposal}
      maxLength={maxNoteLength}
      submit={says.send}
      send={(fields) => request('send', { to: String(fields.get('to')), text: String(fields.get('text')) })}
      sent={says.sent}
      failed={says.failed}
    >
      <label>
        <span>{says.to}</span>
        <select name="to">
          <option value={own}>{says.myself}</option>
          {state
            .filter(({ id }) => id !== own)
            .map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
        </select>
      </label>
    </LineForm>
  )
}
