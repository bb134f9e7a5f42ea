'use client'

import type { MembersTypes, Snapshot, TypesOf } from '@baro/core'
import { useMembers } from '@baro/react'
import { visit } from '../../channels/visit.ts'
import type { Language } from '../../i18n/languages.ts'
import { AsOf } from '../live/as-of.tsx'
import { useWords } from '../words/words-provider.tsx'

/** How many people are in a demo. A cached page says of when it speaks. */
export function People({
  language,
  initial,
  renderedAtMs,
}: {
  language: Language
  initial: Snapshot<MembersTypes<TypesOf<typeof visit>>>
  /** In milliseconds since 1970. */
  renderedAtMs: number
}) {
  const { room: says } = useWords('room')
  const { count, status } = useMembers(visit, initial)
  return status.state === 'live' ? (
    <small data-people={count}>{says.hereNow(count)}</small>
  ) : (
    <small>
      <AsOf language={language} text={says.hereThen(count)} time={renderedAtMs} format="minute" />
    </small>
  )
}
