import type { Language } from '../../i18n/languages.ts'
import { wordsIn } from '../../i18n/words.ts'
import styles from './code.module.css'
import { Code } from './code.tsx'
import { readSource } from './read-source.ts'
import { type ShownPage, sourcesOf } from './sources-of.ts'

/** The code a page is made of, as it stands in the repository. */
export function SourceFiles({ language, page }: { language: Language; page: ShownPage }) {
  return (
    <details className={styles.sources}>
      <summary>{wordsIn(language).live.sources}</summary>
      {sourcesOf[page].map((file) => (
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
      <Code code={await readSource(file)} />
    </figure>
  )
}
