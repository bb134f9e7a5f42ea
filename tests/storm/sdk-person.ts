import { createClient, type Transport } from '@baro/client'
import { followMembers, track } from '@baro/client/members'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import { WebSocket } from 'ws'
import { everybody, room, type Said } from './channels.ts'
import { maxPending, type Person, type Spoken } from './person.ts'
import { tokenOf } from './tokens.ts'

/** The rungs of the SDK. */
export const rungs = ['websocket', 'sse', 'long-poll', 'poll'] as const

type Rung = (typeof rungs)[number]

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const awake = { listen: () => () => {} }
const transportOf = (rung: Rung): Transport =>
  rung === 'websocket' ? createWebSocketTransport({ WebSocket }) : createHttpTransport(rung, { pollIntervalMs: 500 })

/** Somebody with our client, on one rung, who is a member of the room. */
export function sdkPerson(name: string, rung: Rung, url: string, issuer: { readonly isAway: boolean }): Person {
  const complaints: string[] = []
  const spoken: Spoken[] = []
  const client = createClient({
    url: `${url}/baro`,
    transport: transportOf(rung),
    log: quiet,
    wake: awake,
    async token() {
      if (issuer.isAway) throw new Error('away')
      return tokenOf(name)
    },
  })
  const subscription = client.subscribe(room, everybody)
  const heard: Record<string, number> = {}
  subscription.onPublication(({ payload: { by, n } }) => {
    if (n <= (heard[by] ?? 0)) complaints.push(`${name} heard ${by} ${n} after ${heard[by]}`)
    heard[by] = n
  })
  let seen = subscription.current.handOver
  subscription.onChange(({ handOver }) => {
    if (handOver?.outcome === 'reset' && handOver.reason !== 'none' && handOver.reason !== seen?.reason)
      complaints.push(`${name} was reset: ${handOver.reason}`)
    if (handOver && handOver.missing > (seen?.missing ?? 0)) complaints.push(`${name} misses something`)
    seen = handOver
  })
  track(client, everybody, { rung })
  return {
    name,
    rung,
    spoken,
    complaints,
    get shown() {
      return subscription.current.state
    },
    get status() {
      const { state, reason = '' } = client.status
      return `${state} ${reason}, ${subscription.current.pending.length} pending`
    },
    speak() {
      if (spoken.slice(-maxPending).filter(({ outcome }) => outcome === 'pending').length === maxPending) return
      const one: Spoken = { n: spoken.length + 1, outcome: 'pending' }
      spoken.push(one)
      subscription.publish('said', { by: name, n: one.n }).then(
        () => {
          one.outcome = 'kept'
        },
        ({ code }) => {
          one.outcome = code === 'unknown-outcome' ? 'unknown' : `refused ${code}`
        },
      )
    },
    leave: () => client.close(),
  }
}

/** Somebody who only watches who is here. */
export function watcher(url: string) {
  const client = createClient({
    url: `${url}/baro`,
    transport: transportOf('websocket'),
    log: quiet,
    wake: awake,
    token: () => tokenOf('watcher'),
  })
  const here = followMembers(client, everybody)
  const subscription = client.subscribe(room, everybody)
  return {
    here: () => new Set((here.current.list ?? []).map(({ user }) => user)),
    state: (): Said => subscription.current.state,
    isLive: () => here.status.state === 'live' && subscription.current.status.state === 'live',
    close: () => client.close(),
  }
}
