import { createInterface } from 'node:readline/promises'
import { systemClock } from '@baro/core/broker'
import type { Io, Sink } from './io.ts'

/** The terminal, environment and folder of this process. */
export function processIo(): Io {
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  process.once('SIGTERM', () => interrupted.abort())
  return {
    out: sinkOf(process.stdout),
    err: sinkOf(process.stderr),
    input: process.stdin.isTTY ? undefined : process.stdin,
    env: process.env,
    folder: process.cwd(),
    interrupted: interrupted.signal,
    clock: systemClock,
    async confirm(question) {
      if (!process.stdin.isTTY) return false
      const lines = createInterface({ input: process.stdin, output: process.stderr })
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim())
      } finally {
        lines.close()
      }
    },
  }
}

function sinkOf(stream: NodeJS.WriteStream): Sink {
  // Whoever reads has enough, such as `head`: that is an end and no failure.
  stream.on('error', ({ code }: NodeJS.ErrnoException) => process.exit(code === 'EPIPE' ? 0 : 1))
  return { isTerminal: stream.isTTY, write: (text) => stream.write(text) }
}
