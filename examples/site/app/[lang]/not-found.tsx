import styles from '../../components/frame/frame.module.css'
import { languages } from '../../i18n/languages.ts'
import { waysOn } from '../../i18n/ways-on.ts'
import { wordsIn } from '../../i18n/words.ts'

/** Next gives this page no parameters, so it says it in each language. */
export default function NotFound() {
  return (
    <main id="content" className={styles.missing}>
      {languages.map((language) => {
        const { site } = wordsIn(language)
        return (
          <section key={language} lang={language}>
            <h1>{site.missingTitle}</h1>
            <p>{site.missing}</p>
            <ul>
              {waysOn(language).map(({ href, text }) => (
                <li key={href}>
                  <a href={href}>{text}</a>
                </li>
              ))}
            </ul>
          </section>
        )
      })}
    </main>
  )
}
