'use client'

import { useState } from 'react'
import button from '../frame/button.module.css'
import { useIsHydrated } from '../live/use-is-hydrated.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './home.module.css'

/** As README.md says it. */
const command = 'npm install ../baro/tarballs/next/*.tgz zod'

/** The line that installs it, and a button that copies the line. */
export function Install() {
  const { home, device } = useWords('home', 'device')
  const [isCopied, setIsCopied] = useState(false)
  const isHydrated = useIsHydrated()
  const copy = () =>
    navigator.clipboard?.writeText(command).then(
      () => setIsCopied(true),
      // The line can be selected.
      () => {},
    )
  return (
    <div className={styles.install}>
      <code translate="no">{command}</code>
      <button
        type="button"
        className={button.solid}
        onClick={copy}
        disabled={!isHydrated}
        aria-label={`${device.copy}: ${command}`}
      >
        {isCopied ? device.copied : device.copy}
      </button>
      <p>{home.installHint}</p>
    </div>
  )
}
