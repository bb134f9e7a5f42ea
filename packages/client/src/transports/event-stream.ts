import { readJson, type ServerMessage } from '@baro/core/protocol'

/**
 * Reads the messages of an event stream (WHATWG HTML §9.2.6), as far as the hub uses the format: LF, comments, and the
 * JSON of a message in one `data:` line. Resolves at the end of the stream; a line without its end was not received.
 */
export async function readEventStream(response: Response, received: (message: ServerMessage) => void): Promise<void> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const next = await reader?.read()
    if (!next || next.done) return
    const lines = (text + next.value).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) if (line.startsWith('data: ')) received(readJson(line.slice(6)) as ServerMessage)
  }
}
