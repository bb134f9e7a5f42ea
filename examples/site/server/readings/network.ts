import { readFile } from 'node:fs/promises'

/** Bytes since the machine started. */
interface Counted {
  readonly received: number
  readonly sent: number
  readonly loopback: number
}

/** Reads the bytes per second since the last reading; `undefined` where the system does not count them in `/proc`. */
export function createNetworkReading(): () => Promise<Counted | undefined> {
  let before: { readonly counted: Counted; readonly at: number } | undefined
  return async () => {
    const counted = parseDevices(await readFile('/proc/net/dev', 'utf8').catch(() => ''))
    if (!counted) return undefined
    const at = performance.now()
    const was = before ?? { counted, at: at - 1_000 }
    before = { counted, at }
    const perSecond = (name: keyof Counted) =>
      Math.max(0, Math.round(((counted[name] - was.counted[name]) * 1_000) / (at - was.at)))
    return { received: perSecond('received'), sent: perSecond('sent'), loopback: perSecond('loopback') }
  }
}

// A line is a name, 8 columns of what was received and 8 of what was sent, bytes first.
function parseDevices(text: string): Counted | undefined {
  const lines = [...text.matchAll(/^\s*([^\s:]+):\s*(\d+)(?:\s+\d+){7}\s+(\d+)/gm)]
  if (lines.length === 0) return undefined
  const counted = { received: 0, sent: 0, loopback: 0 }
  for (const [, name, received, sent] of lines) {
    if (name === 'lo') counted.loopback += Number(received)
    else {
      counted.received += Number(received)
      counted.sent += Number(sent)
    }
  }
  return counted
}
