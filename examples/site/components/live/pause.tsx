'use client'

import { useRef, useSyncExternalStore } from 'react'
import button from '../frame/button.module.css'
import { useWords } from '../words/words-provider.tsx'
import styles from './live.module.css'

// One for all pages: who cannot read beside something that moves wants it to stand on the next page too.
let isPaused = false
const changed = new EventTarget()

function subscribe(listener: () => void): () => void {
  changed.addEventListener('change', listener)
  return () => changed.removeEventListener('change', listener)
}

function useIsPaused(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => isPaused,
    () => false,
  )
}

/** What is shown of a value that changes by itself: the newest, or, while the reader has paused, the one at that time. */
export function useHeld<Value>(value: Value): Value {
  const held = useRef(value)
  if (!useIsPaused()) held.current = value
  return held.current
}

/** Stops everything that moves by itself, and lets it go on (WCAG 2.2.2). */
export function PauseButton() {
  const { live } = useWords('live')
  const paused = useIsPaused()
  const toggle = () => {
    isPaused = !isPaused
    changed.dispatchEvent(new Event('change'))
  }
  return (
    <>
      <button
        type="button"
        className={`${button.quiet} ${styles.pause}`}
        onClick={toggle}
        data-paused={paused || undefined}
      >
        {paused ? live.resume : live.pause}
      </button>
      <span className="visually-hidden" role="status">
        {paused && live.paused}
      </span>
    </>
  )
}
