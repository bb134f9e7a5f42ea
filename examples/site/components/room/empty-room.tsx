import type { HandOver } from '@baro/client'
import type { Language } from '../../i18n/languages.ts'
import { AsOf } from '../live/as-of.tsx'
import { emptinessOf } from '../live/emptiness.ts'
import { useWords } from '../words/words-provider.tsx'

/** That nobody has written here, and when that was so. */
export function EmptyRoom({
  language,
  handOver,
  renderedAtMs,
}: {
  language: Language
  handOver: HandOver | undefined
  renderedAtMs: number
}) {
  const { room } = useWords('room')
  const emptiness = emptinessOf(handOver)
  if (emptiness !== 'then') return { now: room.empty, since: room.emptySince }[emptiness]
  return <AsOf language={language} text={room.emptyThen} time={renderedAtMs} format="day" />
}
