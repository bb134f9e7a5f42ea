'use client'

import { useEffect, useState } from 'react'
import type { Subscription } from '../../channels/inbox.ts'
import type { Language } from '../../i18n/languages.ts'
import button from '../frame/button.module.css'
import { useWords } from '../words/words-provider.tsx'
import styles from './inbox.module.css'
import { type PushState, pushState, startPush, stopPush } from './push.ts'

/** Lets a browser be told while no page is open. Nobody is asked for permission before the button is pressed. */
export function PushButton({
  language,
  serverKey,
  turnOn,
  turnOff,
}: {
  language: Language
  /** The public key of the site. */
  serverKey: string
  turnOn: (subscription: Subscription) => Promise<unknown>
  turnOff: (subscription: { readonly endpoint: string }) => Promise<unknown>
}) {
  const {
    inbox: { push },
  } = useWords('inbox')
  const [state, setState] = useState<PushState>()
  const [problem, setProblem] = useState('')
  useEffect(() => {
    pushState().then(setState, () => setState('missing'))
  }, [])

  const press = async () => {
    setProblem('')
    try {
      if (state === 'on') {
        const endpoint = await stopPush()
        if (endpoint !== undefined) await turnOff({ endpoint })
      } else {
        const keys = await startPush(serverKey)
        // What the server does not want, it would never send to.
        if (keys)
          await turnOn({ ...keys, language }).catch(async (error) => stopPush().then(() => Promise.reject(error)))
      }
    } catch (error) {
      setProblem(`${push.failed} ${error instanceof Error ? error.message : String(error)}`)
    }
    setState(await pushState())
  }
  const hints: Readonly<Record<PushState, string>> = {
    off: push.hint,
    on: push.isOn,
    denied: push.denied,
    missing: push.missing,
  }
  return (
    <div className={styles.push} data-push={state}>
      <button type="button" className={button.quiet} onClick={press} disabled={state !== 'on' && state !== 'off'}>
        {state === 'on' ? push.off : push.on}
      </button>
      <p>{hints[state ?? 'off']}</p>
      <p role="alert" className={styles.problem}>
        {problem}
      </p>
    </div>
  )
}
