import { channelUrl, type Follow, readMessage } from './reading.ts'

/** A plain EventSource. The browser reconnects by itself and says, by `Last-Event-ID`, where it stands. */
export const followByEventSource: Follow = (after, reading) => {
  reading.linked('connecting')
  reading.requested()
  const source = new EventSource(`${channelUrl}?after=${after}&live=sse`)
  source.onopen = () => reading.linked('open')
  source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
    readMessage(data, messageBytes(data, lastEventId), reading)
  }
  source.onerror = () => {
    reading.linked('waiting')
    // Closed means that it was refused; otherwise the next request is on its way.
    if (source.readyState === EventSource.CONNECTING) reading.requested()
  }
  return () => source.close()
}

/** `id: …`, `data: …` and an empty line, as the server sends them. */
function messageBytes(data: string, id: string): number {
  return new TextEncoder().encode(`id: ${id}\ndata: ${data}\n\n`).length
}
