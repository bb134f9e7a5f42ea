'use client'

import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react'
import { boardHeight, boardWidth, type Point } from '../../channels/whiteboard.ts'
import { extended, isFull, onBoard } from './line.ts'

/** A pen moves so far with an arrow key, in units of the board; with Shift five times as far. */
const step = 20
const toldEveryMs = 50

const arrows: Readonly<Record<string, Point>> = {
  ArrowLeft: [-step, 0],
  ArrowRight: [step, 0],
  ArrowUp: [0, -step],
  ArrowDown: [0, step],
}

/** What a pen does: where it is, and the line it draws; empty while it is up. */
export interface Drawing {
  readonly at: Point
  readonly line: readonly Point[]
}

/**
 * The own pen: moved by mouse, finger, stylus, or by arrow keys, where the space bar puts it down and lifts it.
 *
 * @param moved Told of where the pen is, 20 times a second at most.
 * @param drawn Told of each line that is done.
 */
export function useDrawing(moved: (drawing: Drawing) => void, drawn: (line: readonly Point[]) => void) {
  const [drawing, setDrawing] = useState<Drawing>({ at: [boardWidth / 2, boardHeight / 2], line: [] })
  const newest = useRef(drawing)
  const pointer = useRef<number>(undefined)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const tell = useRef(moved)
  tell.current = moved
  useEffect(() => () => clearTimeout(timer.current), [])

  const become = (next: Drawing): void => {
    newest.current = next
    setDrawing(next)
    timer.current ??= setTimeout(() => {
      timer.current = undefined
      tell.current(newest.current)
    }, toldEveryMs)
  }
  const putDown = (at: Point): void => become({ at, line: [at] })
  const lift = (): void => {
    const { at, line } = newest.current
    if (line.length > 0) drawn(line)
    become({ at, line: [] })
  }
  const moveTo = (at: Point): void => {
    const { line } = newest.current
    if (line.length === 0) return become({ at, line })
    if (isFull(line)) {
      lift()
      putDown(line.at(-1) ?? at)
    }
    become({ at, line: extended(newest.current.line, at) })
  }

  return {
    drawing,
    /** For the element that is the board. */
    handlers: {
      onPointerDown(event: PointerEvent<HTMLElement>) {
        if (event.button !== 0 || pointer.current !== undefined) return
        event.currentTarget.setPointerCapture(event.pointerId)
        pointer.current = event.pointerId
        putDown(placeOf(event, event.currentTarget))
      },
      onPointerMove(event: PointerEvent<HTMLElement>) {
        if (pointer.current !== undefined && pointer.current !== event.pointerId) return
        // A stylus tells more places than there are frames.
        const places = event.nativeEvent.getCoalescedEvents?.() ?? []
        for (const place of places.length > 0 ? places : [event.nativeEvent])
          moveTo(placeOf(place, event.currentTarget))
      },
      onPointerUp(event: PointerEvent) {
        if (pointer.current !== event.pointerId) return
        pointer.current = undefined
        lift()
      },
      // The browser took it for something else, such as a pinch.
      onPointerCancel(event: PointerEvent) {
        if (pointer.current !== event.pointerId) return
        pointer.current = undefined
        become({ at: newest.current.at, line: [] })
      },
      onKeyDown(event: KeyboardEvent) {
        const { at, line } = newest.current
        const arrow = arrows[event.key]
        if (arrow) {
          const times = event.shiftKey ? 5 : 1
          moveTo(onBoard(at[0] + arrow[0] * times, at[1] + arrow[1] * times))
        } else if (event.key === ' ') {
          if (line.length > 0) lift()
          else putDown(at)
        } else if (event.key === 'Escape' && line.length > 0) become({ at, line: [] })
        else return
        event.preventDefault()
      },
    },
  }
}

function placeOf({ clientX, clientY }: { clientX: number; clientY: number }, board: Element): Point {
  const { left, top, width, height } = board.getBoundingClientRect()
  return onBoard(((clientX - left) / width) * boardWidth, ((clientY - top) / height) * boardHeight)
}
