import { followStream } from './follow-stream.ts'
import { pageWith, type Way } from './way.ts'

/** An empty page, and a WebSocket that brings everything. */
export const webSocket: Way = {
  serve() {
    return (_request, response) => {
      response.setHeader('Content-Type', 'text/html; charset=utf-8').end(pageWith(undefined))
    }
  },
  follow: (_html, visit) => followStream('', visit),
}
