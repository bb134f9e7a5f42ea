'use client'

import { type KeyboardEvent, type PointerEvent, useRef } from 'react'
import type { Heading } from '../../channels/arena.ts'

const keys: Readonly<Record<string, Heading>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
  KeyW: 'up',
  KeyS: 'down',
  KeyA: 'left',
  KeyD: 'right',
}

/** A finger that moved so far means a direction, in pixels. */
const swipePx = 14

/** Steers by arrow keys, by W A S D wherever they are on the keyboard, and by swipes. For the element that is the arena. */
export function useSteering(steer: (heading: Heading) => void) {
  const from = useRef<{ readonly x: number; readonly y: number }>(undefined)
  return {
    onKeyDown(event: KeyboardEvent) {
      const heading = keys[event.code]
      if (heading === undefined || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      // A key that is held says nothing new.
      if (!event.repeat) steer(heading)
    },
    onPointerDown({ clientX: x, clientY: y }: PointerEvent) {
      from.current = { x, y }
    },
    onPointerMove({ clientX: x, clientY: y, buttons }: PointerEvent) {
      if (!from.current || buttons === 0) return
      const [right, down] = [x - from.current.x, y - from.current.y]
      if (Math.hypot(right, down) < swipePx) return
      from.current = { x, y }
      if (Math.abs(right) > Math.abs(down)) steer(right > 0 ? 'right' : 'left')
      else steer(down > 0 ? 'down' : 'up')
    },
  }
}
