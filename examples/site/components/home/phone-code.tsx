'use client'

import { useState } from 'react'
import { useWords } from '../words/words-provider.tsx'
import styles from './home.module.css'

/** This page's address as a QR code. What draws it is loaded when somebody wants it. */
export function PhoneCode() {
  const { home } = useWords('home')
  const [picture, setPicture] = useState<string>()
  const draw = async () => {
    const { renderSVG } = await import('uqr')
    setPicture(`data:image/svg+xml,${encodeURIComponent(renderSVG(location.href, { border: 2 }))}`)
  }
  return (
    <details className={styles.phone} onToggle={draw}>
      <summary>{home.onPhone}</summary>
      <div>
        {/* biome-ignore lint/performance/noImgElement: it is made here, of the address that the browser shows. */}
        {picture && <img src={picture} alt={home.onPhone} width={160} height={160} />}
        <p>{home.phoneHint}</p>
      </div>
    </details>
  )
}
