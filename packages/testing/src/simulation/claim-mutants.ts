/** Brokers and clients with one guard of publishing once (I5) taken out each. */
import type { Link, Transport } from '@baro/client'
import type { Broker, ClaimKey, Settlement, Turn } from '@baro/core/broker'
import { type ClientMessage, formatPosition, mayPass } from '@baro/core/protocol'

type PublishMessage = Extract<ClientMessage, { type: 'baro:publish' }>

function nameOf(channel: string, key: ClaimKey): string {
  return `${channel} ${key.scope} ${'turn' in key ? `${key.turn.producer} ${key.turn.number}` : key.id}`
}

/** A broker that grants the turns which `isGranted` names, although the claims behind it do not. */
function grantingMore(
  broker: Broker,
  isGranted: (outcome: 'pending' | 'out-of-turn', isBeforeAtWork: boolean, turn: Turn) => boolean,
): Broker {
  // Of claims that the broker behind knows nothing of.
  const loose = new Map<string, Settlement | undefined>()
  const atWork = new Set<string>()
  return {
    ...broker,
    async claim(channel, key, terms) {
      const name = nameOf(channel, key)
      const answer = loose.get(name)
      if (loose.has(name)) {
        const epoch = await broker.claimsEpoch()
        return answer ? { epoch, outcome: 'settled', answer } : { epoch, outcome: 'pending' }
      }
      const claim = await broker.claim(channel, key, terms)
      if (claim.outcome === 'granted') atWork.add(name)
      if (claim.outcome === 'granted' || claim.outcome === 'settled' || !('turn' in key)) return claim
      const before = nameOf(channel, { ...key, turn: { ...key.turn, number: key.turn.number - 1 } })
      if (!isGranted(claim.outcome, atWork.has(before) || loose.has(before), key.turn)) return claim
      if (terms.epoch !== undefined && terms.epoch !== claim.epoch) return claim
      loose.set(name, undefined)
      return { epoch: claim.epoch, outcome: 'granted' }
    },
    async append(channel, entries, bounds, { settle, ...options } = {}) {
      if (!settle || !loose.has(nameOf(channel, settle)))
        return broker.append(channel, entries, bounds, settle ? { ...options, settle } : options)
      const appended = await broker.append(channel, entries, bounds, options)
      if (appended.outcome === 'appended')
        loose.set(nameOf(channel, settle), { position: formatPosition(appended.delivery.position) })
      return appended
    },
    async settle(channel, key, answer) {
      const name = nameOf(channel, key)
      if (!loose.has(name)) return broker.settle(channel, key, answer)
      if (!loose.get(name)) loose.set(name, answer)
      return loose.get(name)
    },
    async release(channel, key) {
      if (!loose.delete(nameOf(channel, key))) await broker.release(channel, key)
    },
  }
}

/** A turn is granted while the one before it is at work. */
export function grantingWhilePending(broker: Broker): Broker {
  return grantingMore(broker, (outcome, isBeforeAtWork) => outcome === 'pending' && isBeforeAtWork)
}

/** A turn is granted although nothing is known of the one before it. */
export function grantingGaps(broker: Broker): Broker {
  return grantingMore(broker, (outcome, _, { number }) => outcome === 'out-of-turn' && number > 1)
}

/** The answer after the last confirmed one is forgotten with it. */
export function forgettingOneMore(broker: Broker): Broker {
  return {
    ...broker,
    claim: (channel, key, terms) =>
      broker.claim(
        channel,
        'turn' in key ? { ...key, turn: { ...key.turn, confirmed: key.turn.confirmed + 1 } } : key,
        terms,
      ),
  }
}

/** A claim is granted in whatever life the claims are. */
export function ignoringTheEpoch(broker: Broker): Broker {
  return { ...broker, claim: (channel, key, { epoch: _, ...terms }) => broker.claim(channel, key, terms) }
}

/** The claim is settled after the append, and the append does not ask for it. */
export function settlingAfterwards(broker: Broker): Broker {
  return {
    ...broker,
    append: (channel, entries, bounds, { settle: _, ...options } = {}) =>
      broker.append(channel, entries, bounds, options),
  }
}

/** A passing refusal is kept as the answer for good. */
export function consumingReleases(broker: Broker): Broker {
  return {
    ...broker,
    async release(channel, key) {
      await broker.settle(channel, key, { code: 'unavailable', message: 'Not now.' })
    },
  }
}

/** A transport that lets `change` put something else in the place of each turn that a link sends. */
function changingTurns(
  transport: Transport,
  begin: () => {
    send(message: PublishMessage, pass: (message: PublishMessage) => void): void
    refused?(id: string): void
  },
): Transport {
  return {
    rung: transport.rung,
    open(url, events) {
      const turns = begin()
      const link: Link = transport.open(url, {
        ...events,
        received(message) {
          if (message.type === 'baro:error' && message.payload.id && mayPass(message.payload.code))
            turns.refused?.(message.payload.id)
          events.received(message)
        },
      })
      return {
        send(message) {
          if (message.type === 'baro:publish' && message.payload.number !== undefined)
            turns.send(message, (changed) => link.send(changed))
          else link.send(message)
        },
        close: () => link.close(),
      }
    },
  }
}

/** With each link the client begins another producer, also for what it had sent by the one before. */
export function renumberingOnEachLink(transport: Transport): Transport {
  let links = 0
  return changingTurns(transport, () => {
    const suffix = `-${++links}`
    const numbers = new Map<string, number>()
    const given = new Map<string, number>()
    return {
      send({ type, payload }, pass) {
        const { id, channel } = payload
        const number = given.get(id) ?? (numbers.get(channel) ?? 0) + 1
        if (!given.has(id)) numbers.set(channel, number)
        given.set(id, number)
        pass({ type, payload: { ...payload, producer: `${payload.channel.length}${suffix}`, number, confirmed: 0 } })
      },
    }
  })
}

/** What was refused for a while is sent again after the one behind it, which takes its number. */
export function lettingOvertake(transport: Transport): Transport {
  return changingTurns(transport, () => {
    const refused = new Set<string>()
    let held: { readonly message: PublishMessage; readonly pass: (message: PublishMessage) => void } | undefined
    return {
      refused: (id) => refused.add(id),
      send(message, pass) {
        if (!held) {
          if (!refused.delete(message.payload.id)) return pass(message)
          held = { message, pass }
          // Nothing is behind it.
          queueMicrotask(() => {
            held?.pass(held.message)
            held = undefined
          })
          return
        }
        const { message: first } = held
        held = undefined
        pass({ ...message, payload: { ...message.payload, number: first.payload.number ?? 0 } })
        pass({ ...first, payload: { ...first.payload, number: message.payload.number ?? 0 } })
      },
    }
  })
}
