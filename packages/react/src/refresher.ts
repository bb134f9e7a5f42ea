import { type Cancel, type Clock, systemClock } from '@baro/core/broker'

/** What a refresher works with. */
export interface RefresherParts<Page> {
  /** What is shown now. */
  readonly shown: () => Page
  /** Whether that is older than what is known. */
  readonly isBehind: () => boolean
  readonly isNewer: (page: Page, than: Page) => boolean
  readonly refresh: () => Promise<unknown>
  readonly clock?: Pick<Clock, 'elapsed' | 'after'>
}

/** Refreshes what is behind: soon, not often, and less often while it does not help. */
export interface Refresher {
  /** Something may have changed. */
  look(): void
  stop(): void
}

/** What comes together is one refresh. */
const gatherMs = 50
/** The shortest time between two of them, and the longest to which that grows while pages come back as old as they were. */
const shortestMs = 1_000
const longestMs = 30_000

/** Makes a refresher that does nothing until it looks. */
export function createRefresher<Page>({
  shown,
  isBehind,
  isNewer,
  refresh,
  clock = systemClock,
}: RefresherParts<Page>): Refresher {
  let newest = shown()
  let cancel: Cancel | undefined
  let isRunning = false
  let isStopped = false
  let intervalMs = shortestMs
  let last = Number.NEGATIVE_INFINITY

  async function run(): Promise<void> {
    cancel = undefined
    if (isStopped || !isBehind()) return
    isRunning = true
    last = clock.elapsed()
    await refresh().catch(() => {})
    isRunning = false
    // Counts until a newer page comes.
    intervalMs = Math.min(longestMs, 2 * intervalMs)
    look()
  }

  function look(): void {
    if (isStopped || isRunning) return
    // On a busy channel each page is behind when it comes, and newer all the same: then a refresh helps.
    const page = shown()
    const hasHelped = isNewer(page, newest)
    if (hasHelped) newest = page
    if (hasHelped || !isBehind()) {
      intervalMs = shortestMs
      cancel?.()
      cancel = undefined
    }
    if (!isBehind()) return
    cancel ??= clock.after(Math.max(gatherMs, last + intervalMs - clock.elapsed()), () => void run())
  }

  return {
    look,
    stop() {
      isStopped = true
      cancel?.()
    },
  }
}
