import type { ReactNode } from 'react'
import styles from './code.module.css'

/** Where a page shows its code, folded. */
export function Sources({ summary, children }: { summary: string; children: ReactNode }) {
  return (
    <details className={styles.sources}>
      <summary>{summary}</summary>
      {children}
    </details>
  )
}

/** The code of one file, below its name. */
export function Source({ file, children }: { file: string; children: ReactNode }) {
  return (
    <figure className={styles.file}>
      <figcaption>{file}</figcaption>
      {children}
    </figure>
  )
}
