'use client'

import type { SnapshotOf } from '@baro/core'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { race } from '../../channels/race.ts'
import { followByEventSource } from './follow-by-event-source.ts'
import { followByLongPolling, followByPolling } from './follow-by-fetch.ts'
import { followByWebSocket } from './follow-by-websocket.ts'
import { type RaceEvent, type RaceView, readyRace, transition } from './race-view.ts'
import { channelUrl, type Follow, type Reading } from './reading.ts'
import { type Transport, transports } from './transport.ts'

const followers: Readonly<Record<Transport, Follow>> = {
  websocket: followByWebSocket,
  sse: followByEventSource,
  'long-poll': followByLongPolling,
  poll: followByPolling,
}

/** Follows the channel in four ways at once while it runs; stops by itself when nobody can see it. */
export function useRace(initial: SnapshotOf<typeof race>) {
  const newest = useRef(readyRace(initial.value.perSecond))
  const [view, setView] = useState<RaceView>(newest.current)
  const [isRefused, setIsRefused] = useState(false)
  const stops = useRef<readonly (() => void)[]>([])
  const frame = useRef<number>(undefined)

  const tell = useCallback((event: RaceEvent) => {
    newest.current = transition(newest.current, event)
    // Drawn once a frame, however much arrives: drawing must not delay what is measured.
    frame.current ??= requestAnimationFrame(() => {
      frame.current = undefined
      setView(newest.current)
    })
  }, [])

  const stop = useCallback(
    (why: 'stopped' | 'hidden') => {
      for (const end of stops.current) end()
      stops.current = []
      tell({ type: 'stopped', why })
    },
    [tell],
  )

  const start = () => {
    stop('stopped')
    tell({ type: 'started', position: initial.position, nowMs: Date.now() })
    stops.current = transports.map((transport) => followers[transport](initial.position, readingOf(transport, tell)))
  }

  const choose = async (perSecond: number) => {
    tell({ type: 'chosen', perSecond })
    // At once: a choice must not jump back for a frame.
    setView(newest.current)
    setIsRefused(!(await publishRate(perSecond)))
  }

  useEffect(() => {
    const look = () => document.hidden && stop('hidden')
    const leave = () => stop('hidden')
    document.addEventListener('visibilitychange', look)
    addEventListener('pagehide', leave)
    return () => {
      document.removeEventListener('visibilitychange', look)
      removeEventListener('pagehide', leave)
      stop('stopped')
      if (frame.current !== undefined) cancelAnimationFrame(frame.current)
      frame.current = undefined
    }
  }, [stop])

  return { view, start, stop: () => stop('stopped'), choose, isRefused }
}

function readingOf(transport: Transport, tell: (event: RaceEvent) => void): Reading {
  return {
    linked: (link) => tell({ type: 'linked', transport, link }),
    requested: () => tell({ type: 'requested', transport }),
    counted: (bytes) => tell({ type: 'counted', transport, bytes }),
    arrived: (publication, bytes) => tell({ type: 'arrived', transport, publication, bytes, nowMs: Date.now() }),
    reset: (position, reason, snapshot) => tell({ type: 'reset', transport, position, reason, snapshot }),
  }
}

async function publishRate(perSecond: number): Promise<boolean> {
  try {
    const body = JSON.stringify({ type: 'rate', payload: { perSecond } })
    const answer = await fetch(channelUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    return answer.ok
  } catch {
    return false
  }
}
