import type { Facts } from '../../channels/machine.ts'
import type { Language } from '../../i18n/languages.ts'
import { LocalTime } from '../live/local-time.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './machine.module.css'

/** What stays the same while the server runs. */
export function FactList({ language, facts }: { language: Language; facts: Facts }) {
  const { machine } = useWords('machine')
  return (
    <dl className={styles.facts}>
      <div>
        <dt>{machine.processor}</dt>
        <dd>{facts.processor}</dd>
      </div>
      <div>
        <dt>{machine.system}</dt>
        <dd>{facts.system}</dd>
      </div>
      <div>
        <dt>{machine.runtime}</dt>
        <dd>{facts.runtime}</dd>
      </div>
      <div>
        <dt>{machine.running}</dt>
        <dd>
          <LocalTime language={language} time={facts.startedAt} format="day" />
        </dd>
      </div>
    </dl>
  )
}
