/** The process of the load generator: opens subscribers, counts what they get, tells the server when all have it. */
import { connect, type Socket } from 'node:net'
import { type CrowdHeard, openInCrowd } from './crowd.ts'
import { type Heard, type Mover, openMover } from './mover.ts'
import { type ClaimedBy, openPublisher, type Publisher } from './publisher.ts'
import { openStalledReaders } from './stalled-reader.ts'
import type { OpenSubscriber, Subscriber } from './subscriber.ts'
import { subscriberKinds } from './subscribers.ts'

/** What the load generator is told. */
export type LoadOrder =
  /** Open so many subscribers, subscribe them all, and note positions if they are to come back. */
  | {
      readonly do: 'connect'
      readonly server: string
      readonly port: number
      readonly creditPort: number
      readonly subscribers: number
      readonly note: boolean
    }
  /** Drop all of them at once. */
  | { readonly do: 'drop' }
  /** Bring all of them back; done when each has got so many publications since. */
  | { readonly do: 'return'; readonly expected: number }
  /** Open so many readers of the same kind that never read, over a Unix socket. */
  | { readonly do: 'stall'; readonly readers: number; readonly path: string }
  /** Say how many questions of theirs have been answered. */
  | { readonly do: 'count-answers' }
  /** Open so many clients that publish. */
  | {
      readonly do: 'open-publishers'
      readonly port: number
      readonly publishers: number
      readonly claimedBy: ClaimedBy
    }
  /** Have each of them publish at this rate for so long; done when all have their answers. */
  | { readonly do: 'publish-steadily'; readonly perSecond: number; readonly seconds: number }
  /** Have the first subscriber publish so many texts, so many of them under way; done when everybody has all of them. */
  | { readonly do: 'chat'; readonly messages: number; readonly inFlight: number; readonly text: string }
  /** Open so many people who move a pointer in one room. */
  | { readonly do: 'open-movers'; readonly server: string; readonly port: number; readonly people: number }
  /** Have each of them move at this rate for so long. */
  | { readonly do: 'move'; readonly perSecond: number; readonly seconds: number }
  /** Open so many who listen to who comes into one room, and say how many will come. */
  | {
      readonly do: 'open-listeners'
      readonly server: string
      readonly port: number
      readonly listeners: number
      readonly comers: number
    }
  /** Have them come, evenly in so many seconds; done when each listener knows of all. */
  | { readonly do: 'come'; readonly seconds: number }
  /** Have so many messages published, one in each interval; done when everybody has all of them. */
  | { readonly do: 'beat'; readonly messages: number; readonly intervalMs: number }

/** What it answers when that is done. */
export interface LoadAnswer {
  /**
   * After `beat`: from the order to publish until each subscriber had the message, in the order of arrival. After `move`:
   * until a move was heard, of some.
   */
  readonly latenciesMs?: readonly number[]
  /** After `move` and `come`: what all of them have heard meanwhile. */
  readonly moves?: number
  readonly messages?: number
  readonly bytes?: number
  readonly tookMs?: number
  /** After `count-answers`. */
  readonly answers?: number
  /** After `publish-steadily`: of all publishes so far. */
  readonly taken?: number
  readonly refused?: number
}

// More at a time would overflow the queue of connections a server has not accepted yet, and measure SYN timeouts.
const atOnce = 256

/** Who publishes; a message that is under way has one of them to itself. */
const mostInFlight = 32

let openers: readonly OpenSubscriber[] = []
let target: Extract<LoadOrder, { do: 'connect' }> | undefined
let subscribers: Subscriber[] = []
let answers = 0
/** The connections of those who publish: each says when everybody has its message, and may publish the next. */
let publishers: readonly Socket[] = []
/** Clients that publish by themselves. */
let clients: readonly Publisher[] = []

/** People who move a pointer, and what they hear. */
let movers: readonly Mover[] = []
const heard: Heard = { moves: 0, bytes: 0, latenciesMs: [] }

/** Who comes into a room, and what those have heard who listen. */
let crowd = { server: '', port: 0, listeners: 0, comers: 0 }
const crowdHeard: CrowdHeard = { messages: 0, bytes: 0, complete: 0 }

/** How many subscribers have the n-th message, for messages that not all have yet; `complete` came before those. */
let reached: number[] = []
let complete = 0
let received: number[] = []
let whenComplete: { readonly messages: number; readonly run: () => void } | undefined
/** While the first subscriber publishes: how many are still to be published. */
let chat: { left: number; readonly text: string } | undefined
/** While messages are ordered by beats: when each was, by its number, and how long it took to each subscriber. */
let beats: { readonly orderedAtMs: Map<number, number>; readonly latenciesMs: number[] } | undefined

function countFor(index: number, count: number): void {
  const before = received[index] ?? 0
  received[index] = before + count
  const nowMs = performance.now()
  for (let message = before; message < before + count; message++) {
    const slot = message - complete
    reached[slot] = (reached[slot] ?? 0) + 1
    beats?.latenciesMs.push(nowMs - (beats.orderedAtMs.get(message) ?? Number.NaN))
  }
  let done = 0
  while (reached[done] === subscribers.length) done++
  if (done === 0) return
  reached.splice(0, done)
  for (const until = complete + done; complete < until; complete++) if (!beats && !chat) publishThrough(complete)
  if (chat) say(done)
  if (whenComplete && complete >= whenComplete.messages) whenComplete.run()
}

// One byte for one message. People publish through connections of their own, so messages come one after the other.
function publishThrough(message: number): void {
  publishers[message % publishers.length]?.write(Buffer.alloc(1))
}

function say(most: number): void {
  const count = Math.min(most, chat?.left ?? 0)
  if (!chat || count === 0) return
  chat.left -= count
  subscribers[0]?.publish?.(Array.from({ length: count }, () => chat?.text ?? ''))
}

function completed(messages: number): Promise<void> {
  return new Promise((resolve) => {
    const run = () => {
      whenComplete = undefined
      resolve()
    }
    whenComplete = { messages, run }
  })
}

function openAll(): Promise<void> {
  const { port, note } = target ?? { port: 0, note: false }
  received = []
  reached = []
  complete = 0
  return new Promise((resolve) => {
    let [opened, ready] = [0, 0]
    const openNext = (): void => {
      const index = opened++
      const open = openers[index]
      if (!open) return
      subscribers[index] = open(
        { port, note, localAddress: `127.0.0.${1 + (index % 8)}` },
        {
          ready() {
            if (++ready === openers.length) resolve()
            else openNext()
          },
          received: (count) => countFor(index, count),
          answered() {
            answers++
          },
          lost(reason) {
            throw new Error(`Subscriber ${index} was lost: ${reason}.`)
          },
        },
      )
    }
    for (let count = 0; count < atOnce; count++) openNext()
  })
}

async function beat(messages: number, intervalMs: number): Promise<readonly number[]> {
  const first = complete
  const all = completed(first + messages)
  const current = { orderedAtMs: new Map<number, number>(), latenciesMs: [] }
  beats = current
  const beganAtMs = performance.now()
  for (let sent = 0; sent < messages; sent++) {
    const restMs = beganAtMs + sent * intervalMs - performance.now()
    if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
    current.orderedAtMs.set(first + sent, performance.now())
    publishThrough(first + sent)
  }
  await all
  beats = undefined
  return current.latenciesMs
}

/** A client sends what is due every 20 ms: a timer for each publish would be most of the load. */
async function publishSteadily(perSecond: number, seconds: number): Promise<LoadAnswer> {
  const everyMs = 20
  const [beganAtMs, total] = [performance.now(), perSecond * seconds]
  for (let sent = 0; sent < total; ) {
    await new Promise((resolve) => setTimeout(resolve, everyMs))
    const due = Math.min(total, Math.floor(((performance.now() - beganAtMs) / 1_000) * perSecond))
    for (const client of clients) client.publish(due - sent)
    sent = due
  }
  while (clients.some(({ counts }) => counts.underWay > 0)) await new Promise((resolve) => setTimeout(resolve, everyMs))
  const sum = (of: 'taken' | 'refused'): number => clients.reduce((all, { counts }) => all + counts[of], 0)
  return { taken: sum('taken'), refused: sum('refused') }
}

/** People move one after the other, evenly, and not all at once. */
async function moveSteadily(perSecond: number, seconds: number): Promise<LoadAnswer> {
  heard.moves = heard.bytes = heard.latenciesMs.length = 0
  const [beganAtMs, rate] = [performance.now(), movers.length * perSecond]
  for (let sent = 0; sent < rate * seconds; ) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - beganAtMs) / 1_000) * rate))
    for (; sent < due; sent++) movers[sent % movers.length]?.move()
  }
  return { moves: heard.moves, bytes: heard.bytes, latenciesMs: heard.latenciesMs }
}

/** So many at a time, or evenly in so many seconds. */
async function openCrowd(count: number, open: (index: number) => Promise<void>, seconds = 0): Promise<void> {
  const beganAtMs = performance.now()
  const opening = new Set<Promise<void>>()
  for (let opened = 0; opened < count; ) {
    const due = seconds > 0 ? ((performance.now() - beganAtMs) / 1_000 / seconds) * count : count
    for (; opened < Math.min(due, count) && opening.size < atOnce; opened++) {
      const one = open(opened).then(() => void opening.delete(one))
      opening.add(one)
    }
    if (opening.size >= atOnce) await Promise.race(opening)
    else await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(opening)
}

async function come(seconds: number): Promise<LoadAnswer> {
  const { listeners, comers } = crowd
  Object.assign(crowdHeard, { messages: 0, bytes: 0, complete: 0 })
  const beganAtMs = performance.now()
  await openCrowd(comers, (comer) => openInCrowd({ ...crowd, number: comer, comer }, crowdHeard), seconds)
  while (crowdHeard.complete < listeners) await new Promise((resolve) => setTimeout(resolve, 5))
  return { messages: crowdHeard.messages, bytes: crowdHeard.bytes, tookMs: performance.now() - beganAtMs }
}

async function obey(order: LoadOrder): Promise<LoadAnswer> {
  if (order.do === 'connect') {
    const create = subscriberKinds[order.server]
    if (!create) throw new Error(`There is no subscriber for "${order.server}".`)
    target = order
    openers = Array.from({ length: order.subscribers }, create)
    subscribers = new Array(order.subscribers)
    const publisher = { host: '127.0.0.1', port: order.creditPort, noDelay: true }
    publishers = Array.from({ length: mostInFlight }, () => connect(publisher))
    await openAll()
  } else if (order.do === 'drop') {
    for (const subscriber of subscribers) subscriber.drop()
  } else if (order.do === 'return') {
    const caughtUp = order.expected > 0 ? completed(order.expected) : undefined
    await openAll()
    await caughtUp
  } else if (order.do === 'stall') {
    await openStalledReaders(target ?? { server: '', port: 0 }, order.path, order.readers)
  } else if (order.do === 'count-answers') {
    return { answers }
  } else if (order.do === 'open-publishers') {
    const names = Array.from({ length: order.publishers }, (_, index) => `publisher-${index}`)
    clients = await Promise.all(names.map((name) => openPublisher(order.port, name, order.claimedBy)))
  } else if (order.do === 'publish-steadily') {
    return publishSteadily(order.perSecond, order.seconds)
  } else if (order.do === 'open-movers') {
    const { server, port, people } = order
    movers = await Promise.all(Array.from({ length: people }, () => openMover(server, port, heard)))
  } else if (order.do === 'open-listeners') {
    crowd = order
    await openCrowd(order.listeners, (number) => openInCrowd({ ...order, number }, crowdHeard))
  } else if (order.do === 'come') {
    return come(order.seconds)
  } else if (order.do === 'move') {
    return moveSteadily(order.perSecond, order.seconds)
  } else if (order.do === 'chat') {
    chat = { left: order.messages, text: order.text }
    const all = completed(complete + order.messages)
    say(order.inFlight)
    await all
    chat = undefined
  } else return { latenciesMs: await beat(order.messages, order.intervalMs) }
  return {}
}

process.on('message', async (order) => {
  process.send?.(await obey(order as LoadOrder))
})
process.on('disconnect', () => process.exit())
process.send?.({})
