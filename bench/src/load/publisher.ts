import { clientFrame, createFrameReader } from './frame-reader.ts'
import { openLink } from './link.ts'
import { baroConnect } from './web-socket-dialect.ts'
import { webSocketHandshake } from './web-socket-subscriber.ts'

/** What claims the publishes: turns, as an SDK does, or an id each. */
export type ClaimedBy = 'turns' | 'ids'

/** A client that publishes at a steady rate. */
export interface Publisher {
  /** Sends so many publishes. */
  publish(times: number): void
  /** Publishes that have no answer, that were taken, and that were refused. */
  readonly counts: { underWay: number; taken: number; refused: number }
}

/** Connects a publisher; resolves when it may publish. */
export function openPublisher(port: number, name: string, claimedBy: ClaimedBy): Promise<Publisher> {
  const counts = { underWay: 0, taken: 0, refused: 0 }
  let number = 0
  return new Promise((resolve) => {
    let greeting = ''
    let isOpen = false
    const read = createFrameReader((bytes, start, end) => {
      const text = bytes.toString('utf8', start, end)
      if (text.startsWith('{"type":"baro:published"')) {
        counts.underWay--
        counts.taken++
      } else if (text.startsWith('{"type":"baro:error"')) {
        counts.underWay--
        counts.refused++
      } else if (text.startsWith('{"type":"baro:heartbeat"')) link.write(clientFrame(text))
      else if (text.startsWith('{"type":"baro:connected"')) resolve({ publish, counts })
    })
    const link = openLink({ port, note: false, localAddress: '127.0.0.1' }, webSocketHandshake('/baro/connect'), {
      read(chunk) {
        if (isOpen) return read(chunk)
        greeting += chunk.toString('latin1')
        const end = greeting.indexOf('\r\n\r\n')
        if (end < 0) return
        isOpen = true
        link.write(clientFrame(baroConnect(`secret-of-${name}`)))
        read(Buffer.from(greeting.slice(end + 4), 'latin1'))
      },
      lost(reason) {
        throw new Error(`Publisher ${name} was lost: ${reason}.`)
      },
    })
    const publish = (times: number): void => {
      for (let time = 0; time < times; time++) {
        number++
        counts.underWay++
        // Answers come in order, so those that are there are the first of them.
        const turn = { producer: name, number, confirmed: counts.taken + counts.refused }
        const payload = {
          id: `${name}-${number}`,
          channel: 'bench',
          type: 'tick',
          payload: { text: 'a publish of about a hundred bytes, as a chat would make it, with some words in it' },
          ...(claimedBy === 'turns' ? turn : undefined),
        }
        link.write(clientFrame(JSON.stringify({ type: 'baro:publish', payload })))
      }
    }
  })
}
