'use client'

import type { Command } from '../../channels/device.ts'
import type { Language } from '../../i18n/languages.ts'
import { LocalTime } from '../live/local-time.tsx'
import { useWords } from '../words/words-provider.tsx'
import styles from './device.module.css'

/** The commands that are kept, the newest first, and what became of each. */
export function CommandList({ language, commands }: { language: Language; commands: readonly Command[] }) {
  const { device: says } = useWords('device')
  return (
    <ol className={styles.commands} aria-label={says.commands} aria-live="polite">
      {commands.length === 0 && <li className={styles.none}>{says.noCommands}</li>}
      {commands.toReversed().map((command) => (
        <li key={command.id} data-command={command.id} data-status={command.status}>
          <span>
            {command.what === 'colour'
              ? `${says.colour}: ${says.colours[command.value]}`
              : `${says.vibration}: ${says.vibrations[command.value]}`}
          </span>
          <b>
            {command.status === 'expired' && command.isDelivered ? says.notAcknowledged : says.statuses[command.status]}
          </b>
          <LocalTime language={language} time={command.time} format="second" />
        </li>
      ))}
    </ol>
  )
}
