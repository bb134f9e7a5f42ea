/**
 * Reads the messages of an event stream (WHATWG HTML §9.2.6), as far as the hub uses the format: LF, `data:` lines,
 * comments. Resolves at the end of the stream; a message without its blank line was not received.
 */
export async function readEventStream(response: Response, received: (text: string) => void): Promise<void> {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const next = await reader?.read()
    if (!next || next.done) return
    text += decoder.decode(next.value, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const lines = block.split('\n').filter((line) => line.startsWith('data: '))
      if (lines.length > 0) received(lines.map((line) => line.slice(6)).join('\n'))
    }
  }
}
