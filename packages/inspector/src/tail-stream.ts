import type { ServerResponse } from 'node:http'
import type { Clock } from '@baro/core/broker'
import type { Inspection } from '@baro/server/parts'
import { referTo } from './api.ts'
import type { TailEvent } from './inspection-api.ts'

/** So much may wait for whoever looks; what comes then is left out, and counted. */
const mostWaitingBytes = 1 << 20

const heartbeatMs = 15_000

/**
 * Tells what comes in a channel as an event stream, until whoever looks is gone.
 *
 * @throws {BaroError} `bad-name`, `unknown-channel`, `unavailable`.
 */
export async function streamTail(
  inspection: Inspection,
  clock: Pick<Clock, 'after'>,
  channel: string,
  response: ServerResponse,
): Promise<void> {
  let leftOut = 0
  const send = (event: TailEvent): void => {
    if (response.writableLength > mostWaitingBytes) {
      leftOut++
      return
    }
    if (leftOut > 0) write({ is: 'left-out', messages: leftOut })
    leftOut = 0
    write(event)
  }
  const write = (event: TailEvent) => response.write(`data: ${JSON.stringify(event)}\n\n`)
  const early: TailEvent[] = []
  let tell = (event: TailEvent): void => void early.push(event)
  const leave = await inspection.tail(referTo(channel), {
    published: (publications) => publications.length > 0 && tell({ is: 'published', publications }),
    signalled: (signal) => tell({ is: 'signalled', ...signal }),
    begunAnew: () => tell({ is: 'begun-anew' }),
  })
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  })
  response.write(':\n\n')
  tell = send
  early.forEach(send)
  let beat = clock.after(heartbeatMs, beatOn)
  function beatOn(): void {
    response.write(':\n\n')
    beat = clock.after(heartbeatMs, beatOn)
  }
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    if (response.destroyed) resolve()
  })
  beat()
  leave()
}
