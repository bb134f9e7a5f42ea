import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './source-files.module.css'

/** The code a page is made of, as it stands in the repository. */
export function SourceFiles({ language, files }: { language: Language; files: readonly string[] }) {
  return (
    <details className={styles.sources}>
      <summary>{wordsIn(language).live.sources}</summary>
      {files.map((file) => (
        <SourceFile key={file} file={file} />
      ))}
    </details>
  )
}

/** One file of this site, as it stands in the repository. */
export async function SourceFile({ file }: { file: string }) {
  return (
    <figure className={styles.file}>
      <figcaption>{file}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled with the keyboard too. */}
      <pre translate="no" tabIndex={0}>
        <code>{await readFile(join(/* turbopackIgnore: true */ process.cwd(), file), 'utf8')}</code>
      </pre>
    </figure>
  )
}
