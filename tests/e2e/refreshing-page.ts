/** Runs in the browser: follows a room for members over one rung, and keeps all that is told of it. */
import { type ClientCounters, createClient, type Rung } from '@baro/client'
import { club } from '../../examples/site/channels/club.ts'

/** What a page has seen. */
export interface Watch {
  /** Of each publication since the page was live. */
  readonly offsets: number[]
  /** Each status that was shown since then; one that stays is one. */
  readonly statuses: string[]
  /** Why it waited. */
  readonly reasons: string[]
  /** The client's own, and what they were when the page was first live. */
  readonly counters: ClientCounters
  first: ClientCounters | undefined
  /** How often the issuer gave a token, and how often it gave none. */
  tokens: number
  refusals: number
}

declare global {
  interface Window {
    watch: Watch
  }
}

const client = createClient({
  rungs: [new URLSearchParams(location.search).get('rung') as Rung],
  async token() {
    try {
      const answer = await fetch('/session/token', { method: 'POST' })
      const { token } = await answer.json()
      watch.tokens++
      return token
    } catch (error) {
      watch.refusals++
      throw error
    }
  },
})
const { counters } = client
const watch: Watch = { offsets: [], statuses: [], reasons: [], counters, first: undefined, tokens: 0, refusals: 0 }
window.watch = watch

const room = client.subscribe(club, club({ id: 'refreshes' }))
room.onPublication(({ offset }) => watch.offsets.push(offset))
room.onChange(({ status: { state, reason } }) => {
  if (!watch.first && state === 'live') watch.first = { ...counters }
  if (!watch.first || watch.statuses.at(-1) === state) return
  watch.statuses.push(state)
  if (reason) watch.reasons.push(reason)
})
