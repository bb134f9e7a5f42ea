import styles from './code.module.css'
import { highlight } from './highlight.ts'

/** A piece of code, in colours. It is highlighted on the server: no script of it comes to the browser. */
export async function Code({
  code,
  marked = [],
  language = 'tsx',
}: {
  code: string
  /** Lines that stand out, from 0. */
  marked?: readonly number[]
  language?: 'tsx' | 'bash'
}) {
  const lines = await highlight(code.trimEnd(), language)
  const html = lines.map((line, index) => (marked.includes(index) ? `<mark>${line}\n</mark>` : `${line}\n`)).join('')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled with the keyboard too.
    <pre className={styles.code} translate="no" tabIndex={0}>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: it is code of this repository, and `highlight` escapes it. */}
      <code dangerouslySetInnerHTML={{ __html: html }} />
    </pre>
  )
}
