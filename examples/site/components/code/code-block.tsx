import styles from './code.module.css'

/** A piece of code, as `codeHtml` has made it. */
export function CodeBlock({ html }: { html: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled with the keyboard too.
    <pre className={styles.code} translate="no" tabIndex={0}>
      {/* biome-ignore lint/security/noDangerouslySetInnerHtml: it is code of this repository, and `highlight` escapes it. */}
      <code dangerouslySetInnerHTML={{ __html: html }} />
    </pre>
  )
}
