'use client'

import type { SnapshotOf } from '@baro/core'
import { useChannel } from '@baro/react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { pulse } from '../../channels/pulse.ts'
import { type Measured, nothing, sampled, showing, type Truth } from '../../compare/staleness.ts'
import { type Shown, shownIn, type Visit } from '../../compare/way.ts'
import { pageOfWay, type WayName, wayNames, ways } from '../../compare/ways.ts'

/** What is seen of a way now, and what stood in its HTML, which is all that a crawler reads. */
interface Seen {
  readonly busy: number | undefined
  readonly inHtml: number | undefined
}

/** What was measured of all ways. */
export interface Comparison {
  readonly state: 'ready' | 'running' | 'stopped'
  readonly ranMs: number
  readonly of: Readonly<Record<WayName, Measured & Seen>>
}

const untouched = Object.fromEntries(
  wayNames.map((name) => [name, { ...nothing, busy: undefined, inHtml: undefined }]),
) as Comparison['of']

const sampleEveryMs = 250

/** Opens all pages as visitors would, and looks at them four times a second; stops when nobody can see it. */
export function useComparison(initial: SnapshotOf<typeof pulse>) {
  const { state: beats } = useChannel(pulse, initial)
  const [comparison, setComparison] = useState<Comparison>({ state: 'ready', ranMs: 0, of: untouched })
  const heard = useRef(new Map<number, number>())
  const newest = useRef(0)
  const running = useRef<{ readonly stops: (() => void)[]; of: Comparison['of']; readonly began: number }>(undefined)

  // What was there before this page heard of it is dated by how long before the newest one it was.
  const last = beats.at(-1)
  useEffect(() => {
    if (!last) return
    const now = performance.now()
    for (const { offset, time } of beats)
      if (!heard.current.has(offset)) heard.current.set(offset, now - (last.time - time))
    newest.current = Math.max(newest.current, last.offset)
    // A map keeps the order in which its keys came.
    for (const offset of heard.current.keys()) {
      if (heard.current.size <= 2 * beats.length) break
      heard.current.delete(offset)
    }
  }, [beats, last])

  const stop = useCallback(() => {
    if (!running.current) return
    for (const end of running.current.stops) end()
    running.current = undefined
    setComparison((before) => ({ ...before, state: 'stopped' }))
  }, [])

  const start = () => {
    stop()
    const run = { stops: [] as (() => void)[], of: untouched, began: performance.now() }
    running.current = run
    const truth = (): Truth => ({ newest: newest.current, heardAt: (offset) => heard.current.get(offset) })
    const change = (name: WayName, changed: Partial<Comparison['of'][WayName]>) => {
      run.of = { ...run.of, [name]: { ...run.of[name], ...changed } }
    }
    for (const name of wayNames) {
      const visit: Visit = {
        requested: () => change(name, { requests: run.of[name].requests + 1 }),
        received: (bytes) => change(name, { bytes: run.of[name].bytes + bytes }),
        show: ({ offset, busy }) =>
          change(name, { ...showing(run.of[name], offset, truth(), performance.now(), run.began), busy }),
      }
      void open(name, visit, run.stops, () => running.current === run).then((shown) =>
        change(name, { inHtml: shown?.busy }),
      )
    }
    const timer = setInterval(() => {
      const now = performance.now()
      for (const name of wayNames) change(name, sampled(run.of[name], truth(), now))
      setComparison({ state: 'running', ranMs: now - run.began, of: run.of })
    }, sampleEveryMs)
    run.stops.push(() => clearInterval(timer))
    setComparison({ state: 'running', ranMs: 0, of: untouched })
  }

  useEffect(() => {
    const look = () => document.hidden && stop()
    document.addEventListener('visibilitychange', look)
    addEventListener('pagehide', stop)
    return () => {
      document.removeEventListener('visibilitychange', look)
      removeEventListener('pagehide', stop)
      stop()
    }
  }, [stop])

  return { comparison, start, stop }
}

async function open(
  name: WayName,
  visit: Visit,
  stops: (() => void)[],
  isWanted: () => boolean,
): Promise<Shown | undefined> {
  visit.requested()
  const answer = await fetch(pageOfWay(name), { cache: 'no-store' }).catch(() => undefined)
  const html = (await answer?.text()) ?? ''
  if (!answer?.ok || !isWanted()) return undefined
  visit.received(html.length)
  const shown = shownIn(html)
  if (shown) visit.show(shown)
  stops.push(ways[name].follow(html, visit))
  return shown
}
