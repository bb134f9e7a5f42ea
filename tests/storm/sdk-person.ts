import { createClient, type Transport } from '@baro/client'
import { followMembers, track } from '@baro/client/members'
import { createHttpTransport, createWebSocketTransport } from '@baro/client/transports'
import { WebSocket } from 'ws'
import { everybody, room, type Said } from './channels.ts'
import { Hearing } from './hearing.ts'
import type { Issuer, Person, Role, Spoken } from './person.ts'
import { refusedWith, sayMore } from './saying.ts'
import { tokenOf } from './tokens.ts'

/** The rungs of the SDK. */
export const rungs = ['websocket', 'sse', 'long-poll', 'poll'] as const

type Rung = (typeof rungs)[number]

const quiet = { info: () => {}, warn: () => {}, error: () => {} }
const awake = { listen: () => () => {} }
/** The transport of a rung, alone. */
export const transportOf = (rung: Rung): Transport =>
  rung === 'websocket' ? createWebSocketTransport({ WebSocket }) : createHttpTransport(rung, { pollIntervalMs: 500 })

/** Somebody with our client, on one rung, who is a member of the room. */
export function sdkRole(rung: Rung): Role {
  return { play: (name, url, issuer) => sdkPerson(name, rung, url, issuer) }
}

function sdkPerson(name: string, rung: Rung, url: string, issuer: Issuer): Person {
  const hearing = new Hearing(name)
  const { complaints } = hearing
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
  subscription.onPublication(({ payload }) => hearing.hear(payload))
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
    isMember: true,
    spoken,
    complaints,
    get shown() {
      return subscription.current.state
    },
    get isLive() {
      return subscription.current.status.state === 'live'
    },
    get status() {
      const { state, reason = '' } = client.status
      return `${state} ${reason}, ${subscription.current.pending.length} pending`
    },
    speak() {
      const one = sayMore(spoken)
      if (!one) return
      subscription.publish('said', { by: name, n: one.n }).then(
        () => {
          one.outcome = 'kept'
        },
        ({ code }) => {
          one.outcome = refusedWith(code)
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
