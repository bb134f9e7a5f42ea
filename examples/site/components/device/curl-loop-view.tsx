'use client'

import { useState, useSyncExternalStore } from 'react'
import { useWords } from '../words/words-provider.tsx'
import { curlLoop } from './curl-loop.ts'
import styles from './device.module.css'

/** The loop that makes a terminal the device, to be copied. */
export function CurlLoop({ channel }: { channel: string }) {
  const { device: says } = useWords('device')
  const origin = useSyncExternalStore(neverChanges, readersOrigin, noOrigin)
  const [isCopied, setIsCopied] = useState(false)
  const text = curlLoop(`${origin}/baro/channels/${channel}`)
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setIsCopied(true),
      () => setIsCopied(false),
    )
  return (
    <section className={styles.curl} aria-labelledby="curl">
      <div>
        <h2 id="curl">{says.curlTitle}</h2>
        <button type="button" onClick={copy}>
          {isCopied ? says.copied : says.copy}
        </button>
      </div>
      <p className={styles.note}>{says.curlHint}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled with the keyboard too. */}
      <pre translate="no" tabIndex={0}>
        <code>{text}</code>
      </pre>
    </section>
  )
}

const neverChanges = () => () => {}
const readersOrigin = () => location.origin
// As the server knows no address of its own, the page says where it stands once it is in a browser.
const noOrigin = () => 'http://localhost:3000'
