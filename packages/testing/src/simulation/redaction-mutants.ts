/** Brokers, clients and definitions with one guard of what is taken back taken out each. */
import type { Transport } from '@baro/client'
import type { Publication } from '@baro/core'
import type { Broker, Delivery, StreamView } from '@baro/core/broker'
import { redactedType, type ServerMessage, tombstoneType } from '@baro/core/protocol'
import type { Room } from './channels.ts'
import type { Mutations } from './world.ts'

/** A guard of what is taken back. */
export type RedactionMutantName =
  | 'tombstone in the place'
  | 'tombstone for whoever comes later'
  | 'notice at the head'
  | 'notice to clients'
  | 'state kept without it'
  | 'reducer that loses it: client'
  | 'reducer that loses it: hub'
  | 'client without a reducer asks for a snapshot'
  | 'hub without a reducer folds anew'

/** The code under test with one of them taken out each. */
export const redactionMutants: Readonly<Record<RedactionMutantName, Mutations>> = {
  'tombstone in the place': { broker: leavingThePayload },
  'tombstone for whoever comes later': { broker: handingOnThePayload },
  'notice at the head': { broker: withoutNotices },
  'notice to clients': { transport: deafToNotices },
  'state kept without it': { broker: keepingTheOldState },
  'reducer that loses it: client': { definition: (room, of) => (of === 'page' ? losingNothing(room) : room) },
  'reducer that loses it: hub': { definition: (room, of) => (of === 'node' ? losingNothing(room) : room) },
  'client without a reducer asks for a snapshot': {
    definition: (room, of) => (of === 'page' ? neverSpoiled(room) : room),
  },
  'hub without a reducer folds anew': { definition: (room, of) => (of === 'node' ? neverSpoiled(room) : room) },
}

const isNotice = ({ type }: Publication) => type === redactedType

/** A notice is published, and what it tells of stays in history. */
function leavingThePayload(broker: Broker): Broker {
  return {
    ...broker,
    async redact(channel, _place, _tombstone, entry, bounds) {
      const appended = await broker.append(channel, [entry], bounds)
      return appended.outcome === 'appended' ? appended.delivery : undefined
    },
  }
}

/** What was published is remembered, and stands in each read in the place of its tombstone. */
function handingOnThePayload(broker: Broker): Broker {
  const published = new Map<string, Publication>()
  const nameOf = (channel: string, { offset, id }: Publication) => `${channel} ${offset} ${id}`
  return {
    ...broker,
    async append(channel, ...rest) {
      const appended = await broker.append(channel, ...rest)
      if (appended.outcome === 'appended')
        for (const one of appended.delivery.publications) published.set(nameOf(channel, one), one)
      return appended
    },
    async read(channel, range) {
      const view = await broker.read(channel, range)
      const publications = view.publications.map((one) =>
        one.type === tombstoneType ? (published.get(nameOf(channel, one)) ?? one) : one,
      )
      return { ...view, publications }
    },
  }
}

/** Positions move past a notice, and nobody is told what it says. */
function withoutNotices(broker: Broker): Broker {
  const without = <Part extends Delivery | StreamView>(part: Part): Part => ({
    ...part,
    publications: part.publications.filter((one) => !isNotice(one)),
  })
  return {
    ...broker,
    read: async (...args) => without(await broker.read(...args)),
    follow: (channel, follower) =>
      broker.follow(channel, {
        deliver: (delivery) => follower.deliver(without(delivery)),
        signal: (signal) => follower.signal(signal),
        lost: () => follower.lost(),
      }),
  }
}

/** The state that is kept when something is taken back stays as it was, until something else is published. */
function keepingTheOldState(broker: Broker): Broker {
  const spoiled = new Set<string>()
  return {
    ...broker,
    async append(channel, ...rest) {
      spoiled.delete(channel)
      return broker.append(channel, ...rest)
    },
    async redact(channel, ...rest) {
      spoiled.add(channel)
      return broker.redact(channel, ...rest)
    },
    async writeCheckpoint(channel, checkpoint) {
      if (!spoiled.has(channel)) await broker.writeCheckpoint(channel, checkpoint)
    },
  }
}

function deafToNotices(transport: Transport): Transport {
  return {
    rung: transport.rung,
    open: (url, events) =>
      transport.open(url, { ...events, received: (message) => events.received(withoutNoticesIn(message)) }),
  }
}

function withoutNoticesIn(message: ServerMessage): ServerMessage {
  if (message.type !== 'baro:recovered' && message.type !== 'baro:publications') return message
  const { payload } = message
  const publications = payload.publications.filter((one) => !isNotice(one))
  return { ...message, payload: { ...payload, publications } } as ServerMessage
}

/** Where a definition says how its state loses something, it loses nothing. */
function losingNothing(room: Room): Room {
  return room.state?.redact ? neverSpoiled(room) : room
}

function neverSpoiled(room: Room): Room {
  const { state } = room
  return state
    ? Object.assign((...args: Parameters<Room>) => room(...args), room, {
        state: { ...state, redact: <State>(before: State) => before },
      })
    : room
}
