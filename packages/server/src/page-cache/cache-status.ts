/** What `Cache-Status` says of an answer (RFC 9211): whether it was kept, how fresh it is, and why it was rendered. */
import type { Bypass } from './page-request.ts'
import type { PageFault } from './page-verdict.ts'

/** How a request was answered. */
export type HowAnswered =
  | { readonly how: 'hit'; readonly ttlMs: number; readonly behind: number }
  /** A kept page that is not fresh: `detail` says why, and what came of its render. */
  | {
      readonly how: 'stale'
      readonly ttlMs: number
      readonly fault: PageFault | 'render-failed' | 'render-late'
      readonly behind: number
    }
  | {
      readonly how: 'rendered'
      /** Nothing was kept, or it was not good enough. */
      readonly forward: 'uri-miss' | 'stale'
      readonly fault?: PageFault | undefined
      readonly isStored: boolean
      /** Others waited for the same render. */
      readonly isCollapsed: boolean
    }
  | { readonly how: 'passed'; readonly forward: Bypass | 'uri-miss' }

/** The header's value. */
export function cacheStatusOf(answered: HowAnswered): string {
  switch (answered.how) {
    case 'hit':
      return `Baro; hit; ttl=${seconds(answered.ttlMs)}${behindOf(answered.behind)}`
    case 'stale':
      return `Baro; hit; ttl=${Math.min(0, seconds(answered.ttlMs))}; detail=${answered.fault}${behindOf(answered.behind)}`
    case 'rendered': {
      const { forward, fault, isStored, isCollapsed } = answered
      const detail = fault === undefined ? '' : `; detail=${fault}`
      return `Baro; fwd=${forward}${isStored ? '; stored' : ''}${isCollapsed ? '; collapsed' : ''}${detail}`
    }
    case 'passed':
      return `Baro; fwd=${answered.forward}`
  }
}

function behindOf(behind: number): string {
  return behind === 0 ? '' : `; behind=${behind}`
}

function seconds(ms: number): number {
  // A header of a page that is kept for ever has no room for infinity.
  return Math.floor(Math.min(ms, 999_999_999_000) / 1_000)
}
