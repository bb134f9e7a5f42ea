import styles from './frame.module.css'

/** What question a page answers. */
export function PageTitle({ title, lead }: { title: string; lead: string }) {
  return (
    <header className={styles.title}>
      <h1>{title}</h1>
      <p>{lead}</p>
    </header>
  )
}
