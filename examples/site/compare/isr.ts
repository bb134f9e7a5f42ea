import { pulse } from '../channels/pulse.ts'
import { pageWith, type Way } from './way.ts'

/** A page that is cached for ten seconds, whatever is published meanwhile, and does nothing after that. */
export const isr: Way = {
  serve(hub) {
    return hub.pages(
      async (_request, response) => {
        const { value } = await hub.snapshot(pulse())
        response.setHeader('Content-Type', 'text/html; charset=utf-8').end(pageWith(value.at(-1)))
      },
      { policy: { maxAge: '10s', maxBehind: Number.POSITIVE_INFINITY }, cookies: [], query: [] },
    )
  },
  follow: () => () => {},
}
