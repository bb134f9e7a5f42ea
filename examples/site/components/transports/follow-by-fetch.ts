import { type Arrival, channelUrl, type Follow, type Reading, retryMs } from './reading.ts'
import { pollSeconds, waitSeconds } from './transport.ts'

/** Asks every two seconds what followed. */
export const followByPolling: Follow = (after, reading) =>
  followByFetch(after, reading, { query: '', pauseMs: pollSeconds * 1_000 })

/** Asks what followed, and lets the server hold the question until something did. */
export const followByLongPolling: Follow = (after, reading) =>
  followByFetch(after, reading, { query: `&wait=${waitSeconds}`, pauseMs: 0 })

interface Asking {
  readonly query: string
  /** Between an answer and the next question. */
  readonly pauseMs: number
}

interface Answer {
  readonly publications: readonly Arrival[]
  readonly position: string
  readonly more?: boolean
  readonly reset?: string
  readonly snapshot?: Arrival['payload']
}

function followByFetch(after: string, reading: Reading, asking: Asking): () => void {
  const stopped = new AbortController()
  const transfers = countTransfers(asking, reading)
  reading.linked('connecting')
  void ask(after, reading, asking, transfers, stopped.signal)
  return () => {
    stopped.abort()
    transfers.stop()
  }
}

async function ask(
  after: string,
  reading: Reading,
  { query, pauseMs }: Asking,
  transfers: Transfers,
  signal: AbortSignal,
): Promise<void> {
  let position = after
  let isCatchingUp = true
  while (!signal.aborted) {
    const url = `${channelUrl}?after=${position}${query}`
    transfers.expect(url, isCatchingUp)
    if (!isCatchingUp) reading.requested()
    const answer = await answerTo(url, signal)
    if (signal.aborted) return
    reading.linked(answer ? 'open' : 'waiting')
    if (answer) {
      position = tell(answer, reading)
      isCatchingUp &&= answer.more === true
    }
    if (!answer?.more) await pause(answer ? pauseMs : retryMs, signal)
  }
}

async function answerTo(url: string, signal: AbortSignal): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, { signal })
    return response.ok ? ((await response.json()) as Answer) : undefined
  } catch {
    return undefined
  }
}

function tell({ publications, position, reset, snapshot }: Answer, reading: Reading): string {
  if (reset !== undefined) reading.reset(position, reset, snapshot)
  for (const publication of publications) reading.arrived(publication, 0)
  return position
}

interface Transfers {
  /** Says before a request whether it only catches up with what was published before the start. */
  expect(url: string, isCatchingUp: boolean): void
  stop(): void
}

/** The browser's own count: the body as it was transferred, and a flat 300 bytes for the head (Resource Timing §4.4). */
function countTransfers({ query }: Asking, reading: Reading): Transfers {
  const uncounted = new Set<string>()
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
      const { pathname, search } = new URL(entry.name)
      const isOurs = entry.initiatorType === 'fetch' && pathname === channelUrl
      const isThisWay = search.includes('&wait=') === (query !== '')
      if (isOurs && isThisWay && !uncounted.has(pathname + search)) reading.counted(entry.transferSize)
    }
  })
  observer.observe({ type: 'resource' })
  return {
    expect(url, isCatchingUp) {
      if (isCatchingUp) uncounted.add(url)
      else uncounted.delete(url)
    },
    stop: () => observer.disconnect(),
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms === 0) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish)
  })
}
