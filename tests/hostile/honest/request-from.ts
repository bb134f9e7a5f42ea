import { Agent, request } from 'node:http'
import { Readable } from 'node:stream'

/** Called when an answer has come to its end. */
export type Answered = (url: string, askedAtMs: number) => void

/**
 * A `fetch` from an address of this machine, over connections of its own as a browser has them, as far as the SDK's
 * transports use it. Node's own has no way to say from where.
 */
export function fetchFrom(localAddress: string, answered: Answered): typeof fetch {
  const agent = new Agent({ keepAlive: true, maxSockets: 6 })
  return async (input, init = {}) => {
    const body = Buffer.from(await (init.body as Blob).arrayBuffer())
    const askedAtMs = performance.now()
    return new Promise<Response>((resolve, reject) => {
      const asked = request(
        String(input),
        {
          agent,
          localAddress,
          method: init.method ?? 'POST',
          headers: { 'content-type': 'application/json', 'content-length': body.length },
          signal: init.signal ?? undefined,
        },
        (answer) => {
          answer.once('end', () => answered(String(input), askedAtMs))
          // What breaks while it is read is told by the stream, not by an event that nobody hears.
          answer.on('error', () => {})
          resolve(new Response(Readable.toWeb(answer) as ReadableStream, { status: answer.statusCode ?? 500 }))
        },
      )
      asked.once('error', reject)
      asked.end(body)
    })
  }
}
