import { channelUrl, type Open } from './client.ts'
import { readMessage } from './read-message.ts'

/** An EventSource that reads, and a fetch that writes. The browser comes back by itself, and says where it stands. */
export const openEventSource: Open = (told, position) => {
  const source = new EventSource(`${channelUrl}?live=sse&after=${position}`)
  source.onopen = () => told.linked('open')
  source.onmessage = ({ data }) => readMessage(data, told)
  // Closed means that it was refused: then the browser does not come back.
  source.onerror = () => told.linked(source.readyState === EventSource.CLOSED ? 'closed' : 'waiting')
  return {
    async send(text) {
      const body = JSON.stringify({ type: 'message', payload: { from: 'event-source', text } })
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(channelUrl, { method: 'POST', headers, body })
      if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`)
    },
    close: () => source.close(),
  }
}
