'use client'

import { type InputEvent, type RefObject, useEffect, useRef, useState } from 'react'

const key = 'nickname'

/** What the field of a name needs. The browser holds its text, so that one typed before the script came is kept. */
export interface NameField {
  readonly ref: RefObject<HTMLInputElement | null>
  readonly onInput: (event: InputEvent<HTMLInputElement>) => void
}

/** The name one writes under, and its field. */
export interface Nickname {
  /** As typed, perhaps empty. `undefined` until hydration is over: the server does not know it. */
  readonly text: string | undefined
  readonly field: NameField
}

/** The name one writes under, as this browser has kept it, where a page has no field for it. */
export function keptNickname(): string | undefined {
  return localStorage.getItem(key)?.trim() || undefined
}

/** The name one writes under, kept in this browser. */
export function useNickname(): Nickname {
  const ref = useRef<HTMLInputElement>(null)
  const [text, setText] = useState<string>()
  const take = (name: string): void => {
    setText(name)
    localStorage.setItem(key, name)
  }

  useEffect(() => {
    const field = ref.current
    if (!field) return
    const show = (name: string) => {
      field.value = name
      setText(name)
    }
    const kept = () => localStorage.getItem(key) ?? ''
    // What was typed early is newer than what was kept.
    if (field.value) localStorage.setItem(key, field.value)
    show(kept())
    // Tells of other tabs.
    const changed = (event: StorageEvent) => event.key === key && show(kept())
    addEventListener('storage', changed)
    return () => removeEventListener('storage', changed)
  }, [])
  return { text, field: { ref, onInput: ({ currentTarget }) => take(currentTarget.value) } }
}
