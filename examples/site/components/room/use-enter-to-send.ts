'use client'

import { type RefObject, useEffect, useEffectEvent } from 'react'

/**
 * Sends on Enter, and breaks the line on Shift+Enter.
 *
 * While an input method composes (한글), Enter belongs to it: that Enter never sends. What sends is the line break that
 * an Enter is about to insert, not the key: some systems tell of one press twice, first as the input method's and then
 * as Enter, and the line break comes once, when the text is complete. So nothing is sent twice, and no syllable stays
 * behind.
 */
export function useEnterToSend(field: RefObject<HTMLTextAreaElement | null>, send: () => void): void {
  const onEnter = useEffectEvent(send)
  useEffect(() => {
    const element = field.current
    if (!element) return
    let key = { shift: false, composes: false }
    const keyDown = (event: KeyboardEvent) => {
      // Safari ends the composition before it tells of the key, and only the code is left to say whose it was.
      key = { shift: event.shiftKey, composes: event.isComposing || event.keyCode === 229 }
      if (key.composes && event.key === 'Enter') event.preventDefault()
    }
    const beforeInput = (event: InputEvent) => {
      if (event.inputType !== 'insertLineBreak' || key.shift) return
      event.preventDefault()
      if (!key.composes) onEnter()
    }
    element.addEventListener('keydown', keyDown)
    element.addEventListener('beforeinput', beforeInput)
    return () => {
      element.removeEventListener('keydown', keyDown)
      element.removeEventListener('beforeinput', beforeInput)
    }
  }, [field])
}
