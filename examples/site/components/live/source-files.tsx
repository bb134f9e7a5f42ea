import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './source-files.module.css'

/** The code a page is made of, as it stands in the repository. */
export async function SourceFiles({ language, files }: { language: Language; files: readonly string[] }) {
  const sources = await Promise.all(
    files.map(async (file) => ({
      file,
      text: await readFile(join(/* turbopackIgnore: true */ process.cwd(), file), 'utf8'),
    })),
  )
  return (
    <details className={styles.sources}>
      <summary>{wordsIn(language).live.sources}</summary>
      {sources.map(({ file, text }) => (
        <figure key={file}>
          <figcaption>{file}</figcaption>
          <pre translate="no">
            <code>{text}</code>
          </pre>
        </figure>
      ))}
    </details>
  )
}
