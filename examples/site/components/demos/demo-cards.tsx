import { members } from '@baro/core'
import { snapshot } from '@baro/next'
import { visit } from '../../channels/visit.ts'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import { IntentLink } from '../frame/intent-link.tsx'
import { demos } from '../frame/sections.ts'
import styles from './demos.module.css'
import { People } from './people.tsx'
import { thumbnails } from './thumbnails.tsx'

/** All demos: what each shows at this moment, and how many people are in it. */
export async function DemoCards({ language }: { language: Language }) {
  const words = wordsIn(language)
  const renderedAtMs = Date.now()
  const here = await Promise.all(demos.map(({ id }) => snapshot(members(visit({ demo: id })))))
  return (
    <ul className={styles.cards}>
      {demos.map(({ id, path }, index) => {
        const Thumbnail = thumbnails[id]
        const initial = here[index]
        return (
          <li key={id} data-demo={id}>
            <div className={styles.thumbnail} inert>
              <Thumbnail language={language} />
            </div>
            <IntentLink href={`/${language}${path}`}>{words.site[id]}</IntentLink>
            {initial && <People language={language} initial={initial} renderedAtMs={renderedAtMs} />}
            <p>{words.demos.hints[id]}</p>
          </li>
        )
      })}
    </ul>
  )
}
