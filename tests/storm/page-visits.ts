/** Visitors of a page that is kept, while what it shows goes on: it is current, or says that it is not (I10). */
import { setTimeout as wait } from 'node:timers/promises'
import { counter } from './channels.ts'

/** A node that does not follow a channel may know its head for so long. */
const headMs = 1_000
const visitors = 3

export interface PageVisits {
  /** Counts, and visits the page, until `goesOn` says no. */
  begin(url: string, goesOn: () => boolean): Promise<void>
  /** What was wrong. The page shows the last number within seconds, once all is calm. */
  wrong(): Promise<readonly string[]>
}

/** A number that was acknowledged, and when. */
interface Counted {
  readonly n: number
  readonly atMs: number
}

export function createPageVisits(): PageVisits {
  const counted: Counted[] = []
  const wrong: string[] = []
  const came: Record<'current' | 'stale' | 'rendered' | 'failed', number> = {
    current: 0,
    stale: 0,
    rendered: 0,
    failed: 0,
  }
  let address = ''

  /** The last number that had been acknowledged by then. */
  const lastBy = (atMs: number) => counted.findLast((one) => one.atMs <= atMs)?.n ?? 0

  async function count(goesOn: () => boolean): Promise<void> {
    for (let n = 1; goesOn(); n++) {
      while (!(await say(n))) await wait(100)
      counted.push({ n, atMs: performance.now() })
      await wait(50)
    }
  }

  /** Whether it was acknowledged. It is repeated under its id, so it counts once. */
  async function say(n: number): Promise<boolean> {
    const answer = await fetch(`${address}/baro/channels/${counter({ id: 1 }).channel}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'counted', payload: { n }, id: `counted-${n}` }),
      signal: AbortSignal.timeout(5_000),
    }).catch(() => undefined)
    if (!answer) return false
    const body = (await answer.json().catch(() => ({}))) as { readonly error?: { readonly code: string } }
    // Nobody can say, so the page may show it or not: the next number is asked for.
    return answer.ok || body.error?.code === 'unknown-outcome'
  }

  async function visit(): Promise<{ readonly last: number; readonly status: string } | undefined> {
    const answer = await fetch(`${address}/counter`, { signal: AbortSignal.timeout(15_000) }).catch(() => undefined)
    const html = await answer?.text().catch(() => undefined)
    const last = /data-last="(\d+)"/.exec(html ?? '')?.[1]
    return last === undefined ? undefined : { last: Number(last), status: answer?.headers.get('cache-status') ?? '' }
  }

  async function visitAll(goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      const atMs = performance.now()
      const seen = await visit()
      if (!seen) came.failed++
      else if (/hit; ttl=0/.test(seen.status)) came.stale++
      else {
        const isHit = seen.status.includes('hit')
        came[isHit ? 'current' : 'rendered']++
        const expected = lastBy(atMs - headMs)
        if (isHit && seen.last < expected)
          wrong.push(
            `A page showed ${seen.last} as current (${seen.status}), ${headMs} ms after ${expected} was acknowledged`,
          )
      }
      await wait(60)
    }
  }

  return {
    async begin(url, goesOn) {
      address = url
      await Promise.all([count(goesOn), ...Array.from({ length: visitors }, () => visitAll(goesOn))])
    },
    async wrong() {
      const until = performance.now() + 20_000
      const last = counted.at(-1)?.n ?? 0
      let seen: Awaited<ReturnType<typeof visit>>
      do {
        await wait(200)
        seen = await visit()
      } while (seen?.last !== last && performance.now() < until)
      if (seen?.last !== last) wrong.push(`In the calm the page shows ${seen?.last} (${seen?.status}), and not ${last}`)
      for (const [what, times] of Object.entries(came))
        if (times === 0 && what !== 'failed') wrong.push(`No page was ${what}`)
      return wrong
    },
  }
}
