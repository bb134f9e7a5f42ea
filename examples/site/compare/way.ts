import type { RequestListener } from 'node:http'
import type { Hub } from '@baro/server'

/** What is shown: one value, which changes once a second, and its number. */
export interface Shown {
  readonly offset: number
  readonly busy: number
}

/** What a visitor's page tells of what it does. */
export interface Visit {
  /** Another value is on the screen. */
  show(shown: Shown): void
  requested(): void
  received(bytes: number): void
}

/** One way to show a value that changes: what the server answers with, and what the page does after that. */
export interface Way {
  serve(hub: Hub): RequestListener
  /** Goes on from the page; call what it returns to stop. */
  follow(html: string, visit: Visit): () => void
}

/** The page of all ways: the value is in it, or it is not. */
export function pageWith(shown: Shown | undefined, position = ''): string {
  const value = shown ? ` data-offset="${shown.offset}" data-busy="${shown.busy}"` : ''
  const text = shown ? `${(shown.busy * 100).toFixed(1)} %` : ''
  return `<!doctype html><html lang="en"><title>Busy</title><p id="value"${value} data-position="${position}">${text}</p>`
}

/** What a page shows before any script has run; undefined if that is nothing. */
export function shownIn(html: string): Shown | undefined {
  const [, offset, busy] = /data-offset="(\d+)" data-busy="([\d.]+)"/.exec(html) ?? []
  return offset === undefined ? undefined : { offset: Number(offset), busy: Number(busy) }
}

/** The position of a page; empty if it has none. */
export function positionIn(html: string): string {
  return /data-position="([^"]*)"/.exec(html)?.[1] ?? ''
}
