'use client'

import { type FormEvent, type ReactNode, useRef, useState } from 'react'
import type { Kind } from '../../channels/compat.ts'
import { useIsHydrated } from '../live/use-is-hydrated.ts'
import { useEnterToSend } from '../room/use-enter-to-send.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './compat.module.css'
import { codeOf } from './lines.ts'
import type { RoomClient } from './room-client.ts'

/** One client: who it is, what it is made of, what it has got, and where one writes with it. */
export function Pane({
  kind,
  client: { messages, link, send },
  code,
}: {
  kind: Kind
  client: RoomClient
  /** Its file. */
  code: ReactNode
}) {
  const { compat: says, room } = useWords('compat', 'room')
  const isHydrated = useIsHydrated()
  const field = useRef<HTMLTextAreaElement>(null)
  const [problem, setProblem] = useState('')
  const { name, means } = says.each[kind]

  const submit = async () => {
    const text = field.current?.value.trim()
    if (!field.current || !text) return
    field.current.value = ''
    // A click on the button took it away, and ended a composition before.
    field.current.focus()
    setProblem('')
    try {
      await send(text)
    } catch {
      setProblem(says.notSent)
      field.current.value ||= text
    }
  }
  useEnterToSend(field, submit)

  return (
    <section className={styles.pane} aria-labelledby={`${kind}-name`} data-client={kind} data-link={link}>
      <header>
        <h2 id={`${kind}-name`}>{name}</h2>
        <span className={styles.link}>{says.links[link]}</span>
        <p>{means}</p>
      </header>
      {/* Scrollable with the keyboard too, hence the tab stop. */}
      <section
        className={styles.scroll}
        aria-label={says.heardBy(name)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: as above.
        tabIndex={0}
      >
        <ol>
          {messages.length === 0 && <li className={styles.empty}>{says.empty}</li>}
          {messages.map(({ id, from, text }) => (
            <li key={id} data-id={id} data-own={from === kind || undefined}>
              <b>{says.each[from].name}</b> <span>{text}</span>
            </li>
          ))}
        </ol>
      </section>
      <form
        className={styles.composer}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          void submit()
        }}
      >
        <textarea
          ref={field}
          name="text"
          required
          rows={1}
          aria-label={says.writeWith(name)}
          placeholder={room.text}
          maxLength={500}
          enterKeyHint="send"
          autoComplete="off"
        />
        <button type="submit" disabled={!isHydrated} aria-label={says.sendWith(name)}>
          {room.send}
        </button>
        <p role="alert" className={styles.problem}>
          {problem}
        </p>
      </form>
      <pre className={styles.lines} translate="no">
        <code>{codeOf[kind].lines.join('\n')}</code>
      </pre>
      <details className={styles.code}>
        <summary>{says.code(name)}</summary>
        {code}
      </details>
    </section>
  )
}
