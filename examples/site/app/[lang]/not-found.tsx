import { en } from '../../i18n/en.ts'
import { ko } from '../../i18n/ko.ts'

/** Next gives this page no parameters, so it says it in each language. */
export default function NotFound() {
  return (
    <main id="content">
      {[ko, en].map(({ name, site }) => (
        <section key={name}>
          <h1>{site.missingTitle}</h1>
          <p>{site.missing}</p>
        </section>
      ))}
      <p>
        <a href="/">바로 baro</a>
      </p>
    </main>
  )
}
