/** The process of the load generator: opens subscribers, counts what they get, tells the server when all have it. */
import { connect, type Socket } from 'node:net'
import { type Dialect, dialects } from './dialect.ts'
import { openSubscriber, type Subscriber } from './subscriber.ts'

/** What the load generator is told; it answers with an empty object when that is done. */
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

// More at a time would overflow the queue of connections a server has not accepted yet, and measure SYN timeouts.
const atOnce = 256

let dialect: readonly Dialect[] = []
let target: Extract<LoadOrder, { do: 'connect' }> | undefined
let subscribers: Subscriber[] = []
let credits: Socket | undefined

/** How many subscribers have the n-th message, for messages that not all have yet; `complete` came before those. */
let reached: number[] = []
let complete = 0
let received: number[] = []
let whenComplete: { readonly messages: number; readonly run: () => void } | undefined

function countFor(index: number, count: number): void {
  const before = received[index] ?? 0
  received[index] = before + count
  for (let message = before; message < before + count; message++) {
    const slot = message - complete
    reached[slot] = (reached[slot] ?? 0) + 1
  }
  let done = 0
  while (reached[done] === subscribers.length) done++
  if (done === 0) return
  reached.splice(0, done)
  complete += done
  credits?.write(Buffer.alloc(done))
  if (whenComplete && complete >= whenComplete.messages) whenComplete.run()
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
      const speaking = dialect[index]
      if (!speaking) return
      subscribers[index] = openSubscriber({ port, note, localAddress: `127.0.0.${1 + (index % 8)}` }, speaking, {
        ready() {
          if (++ready === dialect.length) resolve()
          else openNext()
        },
        received: (count) => countFor(index, count),
        lost(reason) {
          throw new Error(`Subscriber ${index} was lost: ${reason}.`)
        },
      })
    }
    for (let count = 0; count < atOnce; count++) openNext()
  })
}

async function obey(order: LoadOrder): Promise<void> {
  if (order.do === 'connect') {
    const create = dialects[order.server]
    if (!create) throw new Error(`There is no dialect "${order.server}".`)
    target = order
    dialect = Array.from({ length: order.subscribers }, create)
    subscribers = new Array(order.subscribers)
    credits = connect({ host: '127.0.0.1', port: order.creditPort, noDelay: true })
    await openAll()
  } else if (order.do === 'drop') {
    for (const subscriber of subscribers) subscriber.drop()
  } else {
    const caughtUp = new Promise<void>((run) => {
      whenComplete = { messages: order.expected, run }
    })
    await openAll()
    if (order.expected > 0) await caughtUp
    whenComplete = undefined
  }
}

process.on('message', async (order) => {
  await obey(order as LoadOrder)
  process.send?.({})
})
process.on('disconnect', () => process.exit())
process.send?.({})
