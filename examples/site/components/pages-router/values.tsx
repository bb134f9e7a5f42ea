import type { Beat } from '../../channels/pulse.ts'
import type { Language } from '../../i18n/languages.ts'
import { LocalTime } from '../live/local-time.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './values.module.css'

/** The value that is in the page, beside that of this moment. */
export function Values({
  language,
  rendered,
  now,
}: {
  language: Language
  rendered: Beat | undefined
  now: Beat | undefined
}) {
  const { pagesRouter: says } = useWords('pagesRouter')
  const values = { rendered, now }
  return (
    <section aria-labelledby="values">
      <h2 id="values">{says.values}</h2>
      <dl className={styles.values}>
        {(['rendered', 'now'] as const).map((which) => (
          <div key={which} data-value={which} data-offset={values[which]?.offset}>
            <dt>{says[which]}</dt>
            <dd>
              <Value language={language} beat={values[which]} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

function Value({ language, beat }: { language: Language; beat: Beat | undefined }) {
  if (!beat) return <b>–</b>
  return (
    <>
      <b>{`${(beat.busy * 100).toFixed(1)} %`}</b> <LocalTime language={language} time={beat.time} format="second" />
    </>
  )
}
