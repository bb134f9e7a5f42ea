import type { Broker } from '@baro/core/broker'
import type { Counters } from '../observe/counters.ts'
import type { Sessions } from '../session/sessions.ts'

/** What the health of a node is told from. */
export interface HealthParts {
  readonly sessions: Pick<Sessions, 'isStopping'>
  readonly counters: Pick<Counters, 'sessions'>
  readonly broker: Pick<Broker, 'health'>
}

/** One answer, for a balancer (its status) and for a person (its reasons). */
export interface HealthAnswer {
  readonly status: 200 | 503
  readonly body: {
    readonly status: 'live' | 'ok' | 'degraded' | 'draining'
    readonly reasons?: readonly string[]
    readonly sessions: number
  }
}

const away =
  'The broker does not answer: publishes wait or fail, and readers get what is missing once it is back. See the log of the broker.'
const stopping = 'This node stops: it takes no new client, and tells those it has to come back elsewhere.'

/**
 * The health of a node. A node that stops is not ready. One whose broker is away stays ready, and says so: all nodes of a
 * cluster lose it together, and a balancer that took them all away would make an outage of a delay.
 *
 * @param asked What follows `/health`; `undefined` if nothing is there.
 */
export function healthOf({ sessions, counters, broker }: HealthParts, asked: string): HealthAnswer | undefined {
  const told = { sessions: counters.sessions }
  // Whether the process has to be started anew: it answers, so no.
  if (asked === '/live') return { status: 200, body: { status: 'live', ...told } }
  if (asked !== '' && asked !== '/ready') return undefined
  const isAway = broker.health?.() === 'degraded'
  const reasons = [...(sessions.isStopping ? [stopping] : []), ...(isAway ? [away] : [])]
  const status = sessions.isStopping ? 'draining' : isAway ? 'degraded' : 'ok'
  return {
    status: sessions.isStopping ? 503 : 200,
    body: { status, ...(reasons.length > 0 && { reasons }), ...told },
  }
}
