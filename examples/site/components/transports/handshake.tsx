'use client'

import { useState } from 'react'
import button from '../frame/button.module.css'
import { useIsHydrated } from '../live/use-is-hydrated.ts'
import { useWords } from '../words/words-provider.tsx'
import styles from './transports.module.css'

interface Exchange {
  readonly request: readonly string[]
  readonly answer: readonly string[]
}

/** The upgrade of a connection of this browser, as the server read and answered it. */
export function Handshake() {
  const {
    transports: { handshake },
  } = useWords('transports')
  const isHydrated = useIsHydrated()
  const [exchange, setExchange] = useState<Exchange | 'failed'>()
  const show = async () => setExchange(await readHandshake())
  return (
    <section className={styles.handshake} aria-labelledby="handshake">
      <header>
        <h2 id="handshake">{handshake.title}</h2>
        <p>{handshake.lead}</p>
      </header>
      <button type="button" className={button.solid} disabled={!isHydrated} onClick={show}>
        {handshake.show}
      </button>
      {exchange === 'failed' && <p role="alert">{handshake.failed}</p>}
      {exchange !== undefined && exchange !== 'failed' && (
        <div className={styles.exchange} data-handshake="shown">
          {(
            [
              [handshake.request, exchange.request],
              [handshake.answer, exchange.answer],
            ] as const
          ).map(([title, lines]) => (
            <figure key={title}>
              <figcaption>{title}</figcaption>
              <pre translate="no">
                <code>{lines.join('\n')}</code>
              </pre>
            </figure>
          ))}
        </div>
      )}
    </section>
  )
}

function readHandshake(): Promise<Exchange | 'failed'> {
  return new Promise((resolve) => {
    const socket = new WebSocket('/handshake')
    socket.onmessage = ({ data }: MessageEvent<string>) => resolve(JSON.parse(data) as Exchange)
    // After a message this changes nothing.
    socket.onclose = () => resolve('failed')
  })
}
