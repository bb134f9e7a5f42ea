import type { HandOver } from '@baro/client'
import { parsePosition } from '@baro/core/protocol'
import type { Words } from '../../i18n/words.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './live.module.css'

/**
 * The proof of the hand-over, by positions: rendered at 41, resumed at 41, first live 42, 0 missing. After a reset nobody
 * knows what was between the page and the fresh state, so nothing is said to be missing or not; it says what happened.
 */
export function HandOverLine({
  rendered,
  handOver,
}: {
  /** The position of the page's snapshot. */
  rendered: string
  handOver: HandOver | undefined
}) {
  const { live } = useWords('live')
  return (
    <p className={styles.positions}>
      <span className="visually-hidden">{live.handOver}: </span>
      {[renderedAt(live, rendered), ...sinceThen(live, handOver)].map((phrase) => (
        <span key={phrase}>{phrase}</span>
      ))}
    </p>
  )
}

function renderedAt(live: Words['live'], position: string): string {
  const parsed = parsePosition(position)
  if (!parsed.ok || parsed.value.kind === 'none') return live.renderedNowhere
  return parsed.value.kind === 'at' ? live.rendered(parsed.value.offset) : live.renderedFromRows
}

function sinceThen(live: Words['live'], handOver: HandOver | undefined): readonly string[] {
  if (!handOver) return [live.waiting]
  const { outcome, reason = '', resumedAt, recovered, firstLive, missing } = handOver
  return [
    outcome === 'recovered' ? live.resumed(resumedAt) : live.reset(live.reasons[reason] ?? reason, resumedAt),
    ...(recovered > 0 ? [live.recovered(recovered)] : []),
    ...(firstLive === undefined ? [] : [live.firstLive(firstLive)]),
    // What the chain of deliveries lost since is lost after a reset too, and there it is known.
    ...(outcome === 'recovered' || missing > 0 ? [live.missing(missing)] : []),
  ]
}
