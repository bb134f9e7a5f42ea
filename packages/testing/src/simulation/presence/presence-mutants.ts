import type { Broker, Checkpoint, Presence } from '@baro/core/broker'
import { membersSet } from './lounge.ts'
import type { PresenceMutations } from './presence-world.ts'

/** A guard of who is here that can be taken out. */
export type PresenceMutantName =
  | 'the dead are looked for'
  | 'a lease ends'
  | 'who is let go leaves'
  | 'a node is told that its lease ran out'
  | 'a change is told to readers'
  | 'the set is the checkpoint'
  | 'an answer that was lost is given again'
  | 'a reload has its time'

/** The code under test with one guard taken out each: what the simulation must notice. */
export const presenceMutants: Readonly<Record<PresenceMutantName, PresenceMutations>> = {
  'the dead are looked for': changed(() => ({ expire: () => [] })),
  'a lease ends': changed(({ touch }) => ({
    touch: (set, node, what, terms) => touch(set, node, what, { ...terms, leaseMs: 100 * terms.leaseMs }),
  })),
  'who is let go leaves': changed(({ touch }) => ({
    touch: (set, node, what, terms) => touch(set, node, { ...what, released: [] }, terms),
  })),
  'a node is told that its lease ran out': changed(({ touch }) => ({
    touch: async (...args) => ({ ...(await touch(...args)), wasKnown: true }),
  })),
  'a change is told to readers': changed(({ touch }) => ({
    touch: (set, node, what, { leaseMs }) => touch(set, node, what, { leaseMs }),
  })),
  'the set is the checkpoint': { broker: rememberingTheSet },
  'an answer that was lost is given again': changed(({ touch }) => {
    let number = 0
    return { touch: (set, node, what, terms) => touch(set, node, { ...what, number: ++number }, terms) }
  }),
  'a reload has its time': { leaveAfterMs: 1 },
}

function changed(change: (presence: Presence) => Partial<Presence>): PresenceMutations {
  return { broker: (broker) => ({ ...broker, presence: { ...broker.presence, ...change(broker.presence) } }) }
}

/** The state of the channel is written now and then, as that of other channels is: it is behind the head, and does not say so. */
function rememberingTheSet(broker: Broker): Broker {
  let kept: Checkpoint | undefined
  let reads = 0
  return {
    ...broker,
    async readCheckpoint(channel, version) {
      const now = await broker.readCheckpoint(channel, version)
      if (channel !== membersSet || !now) return now
      if (reads++ % 3 === 0 || kept?.position.epoch !== now.position.epoch) kept = now
      return { ...now, state: kept.state }
    },
  }
}
