import { connect } from 'node:net'

/** Says one command to a Redis of this machine, and hears the answer: a text, or the lines of a list. */
export function say(port: number, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let heard = Buffer.alloc(0)
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('Redis ended the connection.')))
    socket.on('data', (bytes) => {
      heard = Buffer.concat([heard, bytes])
      const read = replyAt(heard, 0)
      if (!read) return
      socket.destroy()
      if (read.failed) reject(new Error(read.text))
      else resolve(read.text)
    })
    const parts = args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${arg}\r\n`)
    socket.write(`*${args.length}\r\n${parts.join('')}`)
  })
}

interface Read {
  readonly text: string
  readonly failed: boolean
  readonly end: number
}

/** The reply that begins here; `undefined` if it has not come as a whole. */
function replyAt(bytes: Buffer, start: number): Read | undefined {
  const endOfLine = bytes.indexOf('\r\n', start)
  if (endOfLine < 0) return undefined
  const [kind, line, next] = [
    String.fromCharCode(bytes[start] ?? 0),
    bytes.toString('utf8', start + 1, endOfLine),
    endOfLine + 2,
  ]
  if (kind === '$') {
    const length = Number(line)
    if (length < 0) return { text: '', failed: false, end: next }
    return bytes.length < next + length + 2
      ? undefined
      : { text: bytes.toString('utf8', next, next + length), failed: false, end: next + length + 2 }
  }
  if (kind !== '*') return { text: line, failed: kind === '-', end: next }
  const lines: string[] = []
  let at = next
  for (let left = Number(line); left > 0; left--) {
    const read = replyAt(bytes, at)
    if (!read) return undefined
    lines.push(read.text)
    at = read.end
  }
  return { text: lines.join('\n'), failed: false, end: at }
}
