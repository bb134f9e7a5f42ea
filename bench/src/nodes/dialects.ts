/** How a client of each kind of node speaks of one channel: it follows it, or it publishes to it. */
import { baroConnect } from '../load/web-socket-dialect.ts'

/** One client. */
export interface ClientDialect {
  readonly path: string
  /** What it says first. */
  readonly opened: readonly string[]
  /** What to answer to a message that is no publication; `ready` once it may begin. */
  heard(text: string): { readonly say?: string; readonly ready?: true }
  publish(text: string): string
}

const message = (type: string, payload: object): string => JSON.stringify({ type, payload })

function baro(channel: string, follows: boolean): ClientDialect {
  let [number, confirmed] = [0, 0]
  const producer = `${channel.replace(':', '-')}-${follows}`
  const subscribe = message('baro:subscribe', { channel, attempt: 1, version: '1' })
  return {
    path: '/baro/connect',
    opened: follows ? [baroConnect(producer.padEnd(16, '-')), subscribe] : [baroConnect(producer.padEnd(16, '-'))],
    heard(text) {
      if (text.startsWith('{"type":"baro:published"')) {
        confirmed++
        return {}
      }
      if (text.startsWith('{"type":"baro:heartbeat"')) return { say: text }
      if (text.startsWith('{"type":"baro:error"')) throw new Error(`The hub answered ${text}`)
      return text.startsWith(follows ? '{"type":"baro:reset"' : '{"type":"baro:connected"') ? { ready: true } : {}
    },
    publish(text) {
      const turn = { producer, number: ++number, confirmed }
      return message('baro:publish', { id: `${producer}-${number}`, channel, type: 'tick', payload: { text }, ...turn })
    },
  }
}

function socketIo(channel: string, follows: boolean): ClientDialect {
  return {
    path: '/socket.io/?EIO=4&transport=websocket',
    opened: [],
    heard(text) {
      if (text.startsWith('0')) return { say: '40' }
      if (text === '2') return { say: '3' }
      if (text.startsWith('40')) return follows ? { say: `421${JSON.stringify(['join', channel])}` } : { ready: true }
      if (text.startsWith('431')) return { ready: true }
      throw new Error(`Socket.IO answered ${text}`)
    },
    publish: (text) => `42${JSON.stringify(['tick', channel, text])}`,
  }
}

function centrifugo(name: string, follows: boolean): ClientDialect {
  let number = 2
  // What stands before a ":" is a namespace there.
  const channel = name.replace(':', '-')
  const connect = JSON.stringify({ id: 1, connect: {} })
  return {
    path: '/connection/websocket',
    opened: [follows ? `${connect}\n${JSON.stringify({ id: 2, subscribe: { channel } })}` : connect],
    heard(text) {
      if (text.includes('"error"')) throw new Error(`Centrifugo answered ${text}`)
      if (text === '{}') return { say: '{}' }
      return text.includes(follows ? '"id":2' : '"id":1,') ? { ready: true } : {}
    },
    publish: (text) => JSON.stringify({ id: ++number, publish: { channel, data: { text } } }),
  }
}

/** By the name of the node. */
export function dialectOf(kind: string): (channel: string, follows: boolean) => ClientDialect {
  if (kind.startsWith('baro')) return baro
  return kind === 'centrifugo' ? centrifugo : socketIo
}
