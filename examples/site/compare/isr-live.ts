import { pulse } from '../channels/pulse.ts'
import { followStream } from './follow-stream.ts'
import { pageWith, positionIn, type Way } from './way.ts'

/** A page that is cached for an hour, judged by its position, and live from there. */
export const isrLive: Way = {
  serve(hub) {
    return hub.pages(
      async (_request, response) => {
        const { value, position } = await hub.snapshot(pulse())
        response.setHeader('Content-Type', 'text/html; charset=utf-8').end(pageWith(value.at(-1), position))
      },
      { policy: { maxAge: '1h' }, cookies: [], query: [] },
    )
  },
  follow: (html, visit) => followStream(positionIn(html), visit),
}
