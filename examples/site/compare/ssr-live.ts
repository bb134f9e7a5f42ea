import { pulse } from '../channels/pulse.ts'
import { followStream } from './follow-stream.ts'
import { pageWith, positionIn, type Way } from './way.ts'

/** A page that is rendered for each request, and live from there. */
export const ssrLive: Way = {
  serve(hub) {
    return async (_request, response) => {
      const { value, position } = await hub.snapshot(pulse())
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(pageWith(value.at(-1), position))
    }
  },
  follow: (html, visit) => followStream(positionIn(html), visit),
}
