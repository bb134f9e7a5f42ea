'use client'

import { systemRandomness } from '@baro/core/broker'
import { createId } from '@baro/core/protocol'
import { useChannel } from '@baro/react'
import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { maxPromptLength, text } from '../../channels/stream.ts'
import type { Language } from '../../i18n/languages.ts'
import { LineForm } from '../frame/line-form.tsx'
import { useWords } from '../words/words-provider.tsx'

/** Asks for a text, and opens its page. The browser chooses its id, so that asking twice begins it once. */
export function StartForm({ language }: { language: Language }) {
  const { stream: says } = useWords('stream')
  const router = useRouter()
  const [id] = useState(() => createId(systemRandomness))
  const { request } = useChannel(text, text({ id }))
  const begin = async (fields: FormData) => {
    await request('begin', { prompt: String(fields.get('prompt')), language })
    router.push(`/${language}/stream/${id}`)
  }
  return (
    <LineForm
      action={`/${language}/stream/texts`}
      name="prompt"
      label={says.prompt}
      proposal={says.proposal}
      maxLength={maxPromptLength}
      submit={says.begin}
      send={begin}
      failed={says.notBegun}
    />
  )
}
