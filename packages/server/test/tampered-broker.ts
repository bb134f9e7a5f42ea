import { BaroError } from '@baro/core'
import type { Broker, Delivery, NowOrLater, StreamFollower } from '@baro/core/broker'

/** A broker in front of another one. A test can make it slow, make it lie, and break it. */
export interface TamperedBroker extends Broker {
  /** Calls of these fail as `unavailable`. */
  readonly broken: Set<keyof Broker>
  /** Replaces a delivery on its way: only the returned deliveries arrive. */
  onDeliver: (delivery: Delivery) => readonly Delivery[]
  /** How often it was called. */
  readonly calls: Record<string, number>
  /** Whoever follows a channel right now. */
  readonly followers: ReadonlySet<StreamFollower>
  /** Holds reads of history back until the returned function is called. */
  holdReads(): () => void
  /** Reads history at once, but holds the answers back until the returned function is called. */
  holdAnswers(): () => void
  /** From now on reads return no publications, and come no further than the offset they were asked from. */
  giveNothing(): void
}

/** Puts itself in front of a broker. */
export function tamperWith(broker: Broker): TamperedBroker {
  const broken = new Set<keyof Broker>()
  const calls: Record<string, number> = {}
  const followers = new Set<StreamFollower>()
  let reads: Promise<void> = Promise.resolve()
  let answers: Promise<void> = Promise.resolve()

  async function pass<T>(name: keyof Broker, call: () => NowOrLater<T>): Promise<T> {
    calls[name] = (calls[name] ?? 0) + 1
    if (broken.has(name)) throw new BaroError('unavailable', `The broker cannot ${name} now.`)
    return call()
  }

  const tampered: TamperedBroker = {
    broken,
    calls,
    followers,
    onDeliver: (delivery) => [delivery],
    holdReads() {
      const gate = makeGate()
      reads = gate.passed
      return gate.open
    },
    holdAnswers() {
      const gate = makeGate()
      answers = gate.passed
      return gate.open
    },
    giveNothing() {
      const { read } = tampered
      tampered.read = async (...args) => {
        const view = await read(...args)
        return { ...view, publications: [], upTo: view.from ?? view.upTo }
      }
    },
    claimsEpoch: () => broker.claimsEpoch(),
    append: (...args) => pass('append', () => broker.append(...args)),
    async read(...args) {
      await reads
      const answer = await pass('read', () => broker.read(...args))
      await answers
      return answer
    },
    follow: (channel, follower) =>
      pass('follow', async () => {
        followers.add(follower)
        const end = await broker.follow(channel, {
          ...follower,
          signal: (signal) => follower.signal(signal),
          lost: () => follower.lost(),
          deliver: (delivery) => {
            for (const one of tampered.onDeliver(delivery)) follower.deliver(one)
          },
        })
        return () => {
          followers.delete(follower)
          end()
        }
      }),
    signal: (...args) => pass('signal', () => broker.signal(...args)),
    claim: (...args) => pass('claim', () => broker.claim(...args)),
    settle: (...args) => pass('settle', () => broker.settle(...args)),
    release: (...args) => pass('release', () => broker.release(...args)),
    redact: (...args) => pass('redact', () => broker.redact(...args)),
    heads: (...args) => pass('heads', () => broker.heads(...args)),
    presence: {
      key: () => pass('presence', () => broker.presence.key()),
      touch: (...args) => pass('presence', () => broker.presence.touch(...args)),
      expire: (...args) => pass('presence', () => broker.presence.expire(...args)),
      members: (...args) => pass('presence', () => broker.presence.members(...args)),
    },
    leadership: {
      lead: (...args) => pass('leadership', async () => broker.leadership.lead(...args)),
      resign: (...args) => pass('leadership', async () => broker.leadership.resign(...args)),
    },
    tell: (...args) => pass('tell', () => broker.tell(...args)),
    hear: (...args) => pass('hear', () => broker.hear(...args)),
    readCheckpoint: (...args) => pass('readCheckpoint', () => broker.readCheckpoint(...args)),
    writeCheckpoint: (...args) => pass('writeCheckpoint', () => broker.writeCheckpoint(...args)),
    close: () => broker.close(),
  }
  return tampered
}

function makeGate() {
  let open = () => {}
  const passed = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed, open: () => open() }
}
