import { io } from 'socket.io-client'
import { maxPending, type Person, type Spoken } from './person.ts'
import { tokenOf } from './tokens.ts'

const newest = 20

/**
 * Somebody with an unmodified client of Socket.IO. It repeats what has no answer under its id, one after the other, as its
 * documentation says; the hub takes it once.
 */
export function socketIoPerson(
  name: string,
  transport: 'websocket' | 'polling',
  url: string,
  issuer: { readonly isAway: boolean },
): Person {
  const spoken: Spoken[] = []
  const complaints: string[] = []
  const heard: Record<string, number> = {}
  let shown: readonly string[] = []
  let isSpeaking = false
  let isGone = false
  const socket = io(url, {
    transports: [transport],
    forceNew: true,
    reconnectionDelay: 200,
    reconnectionDelayMax: 1_000,
    timeout: 5_000,
    auth: (give) => give(issuer.isAway ? { token: 'none' } : { token: tokenOf(name) }),
  })
  socket.on('connect', () => {
    if (!socket.recovered) socket.timeout(5_000).emit('join', (error: unknown) => error && again())
  })
  // A refused token: Socket.IO comes back by itself only from what is no refusal.
  socket.on('connect_error', () => socket.active || setTimeout(() => isGone || socket.connect(), 500))
  socket.on('disconnect', (reason) => reason === 'io server disconnect' && !isGone && socket.connect())
  socket.on('said', ({ by, n }: { readonly by: string; readonly n: number }) => {
    if (n <= (heard[by] ?? 0)) complaints.push(`${name} heard ${by} ${n} after ${heard[by]}`)
    heard[by] = n
    shown = [...shown, `${by} ${n}`].slice(-newest)
  })
  const again = () => {
    if (!isGone && socket.connected) socket.disconnect().connect()
  }

  async function sayAll(): Promise<void> {
    isSpeaking = true
    for (let one = next(); one && !isGone; one = next()) {
      const code = await socket
        .timeout(4_000)
        .emitWithAck('say', one.n, `${name}-${one.n}`)
        .catch(() => 'no answer')
      if (code === null) one.outcome = 'kept'
      else if (code === 'unknown-outcome') one.outcome = 'unknown'
      else if (!passing.has(code)) one.outcome = `refused ${code}`
      else await new Promise((resolve) => setTimeout(resolve, 100))
    }
    isSpeaking = false
  }
  const next = () => spoken.find(({ outcome }) => outcome === 'pending')

  return {
    name,
    rung: `socket.io ${transport}`,
    spoken,
    complaints,
    get shown() {
      return { newest: shown }
    },
    get status() {
      return socket.connected ? 'connected' : 'not connected'
    },
    speak() {
      if (spoken.slice(-maxPending).filter(({ outcome }) => outcome === 'pending').length === maxPending) return
      spoken.push({ n: spoken.length + 1, outcome: 'pending' })
      if (!isSpeaking) void sayAll()
    },
    leave() {
      isGone = true
      socket.disconnect()
    },
  }
}

const passing = new Set(['no answer', 'rate-limited', 'unavailable', 'in-progress', 'out-of-turn', 'closed', 'expired'])
