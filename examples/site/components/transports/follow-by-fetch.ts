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
  const { signal } = stopped
  const stopCounting = countTransfers(asking, reading)
  reading.linked('connecting')
  void ask(after, reading, asking, signal)
  return () => {
    stopped.abort()
    stopCounting()
  }
}

async function ask(after: string, reading: Reading, { query, pauseMs }: Asking, signal: AbortSignal): Promise<void> {
  let position = after
  while (!signal.aborted) {
    const answer = await answerTo(`${channelUrl}?after=${position}${query}`, reading, signal)
    if (signal.aborted) return
    reading.linked(answer ? 'open' : 'waiting')
    if (answer) position = tell(answer, reading)
    if (!answer?.more) await pause(answer ? pauseMs : retryMs, signal)
  }
}

async function answerTo(url: string, reading: Reading, signal: AbortSignal): Promise<Answer | undefined> {
  reading.requested()
  try {
    const response = await fetch(url, { signal })
    return response.ok ? ((await response.json()) as Answer) : undefined
  } catch {
    return undefined
  }
}

function tell({ publications, position, reset, snapshot }: Answer, reading: Reading): string {
  if (reset !== undefined) reading.reset(position, reset, snapshot)
  for (const publication of publications) reading.arrived(publication)
  return position
}

/** The browser's own count: the body as it was transferred, and a flat 300 bytes for the head (Resource Timing §4.4). */
function countTransfers({ query }: Asking, reading: Reading): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
      const { pathname, search } = new URL(entry.name)
      const isOurs = entry.initiatorType === 'fetch' && pathname === channelUrl
      if (isOurs && search.includes('&wait=') === (query !== '')) reading.counted(entry.transferSize)
    }
  })
  observer.observe({ type: 'resource' })
  return () => observer.disconnect()
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
