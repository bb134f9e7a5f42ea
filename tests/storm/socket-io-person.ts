import { io } from 'socket.io-client'
import { Hearing } from './hearing.ts'
import type { Issuer, Person, Role } from './person.ts'
import { OneByOne, refusedWith } from './saying.ts'
import { tokenOf } from './tokens.ts'

/**
 * Somebody with an unmodified client of Socket.IO. It repeats what has no answer under its id, one after the other, as its
 * documentation says; the hub takes it once.
 */
export function socketIoRole(transport: 'websocket' | 'polling'): Role {
  return { play: (name, url, issuer) => socketIoPerson(name, transport, url, issuer) }
}

function socketIoPerson(name: string, transport: 'websocket' | 'polling', url: string, issuer: Issuer): Person {
  const hearing = new Hearing(name)
  let isGone = false
  let hasJoined = false
  const socket = io(url, {
    transports: [transport],
    forceNew: true,
    reconnectionDelay: 200,
    reconnectionDelayMax: 1_000,
    timeout: 5_000,
    auth: (give) => give(issuer.isAway ? { token: 'none' } : { token: tokenOf(name) }),
  })
  socket.on('connect', () => {
    hasJoined = socket.recovered
    if (hasJoined) return
    socket.timeout(5_000).emit('join', (error: unknown) => {
      if (error) again()
      else hasJoined = true
    })
  })
  // A refused token: Socket.IO comes back by itself only from what is no refusal.
  socket.on('connect_error', () => socket.active || setTimeout(() => isGone || socket.connect(), 500))
  socket.on('disconnect', (reason) => reason === 'io server disconnect' && !isGone && socket.connect())
  socket.on('said', ({ by, n }: { readonly by: string; readonly n: number }) => hearing.hear({ by, n }))
  const again = () => {
    if (!isGone && socket.connected) socket.disconnect().connect()
  }

  const saying = new OneByOne(async (n) => {
    const code: string | null = await socket
      .timeout(4_000)
      .emitWithAck('say', n, `${name}-${n}`)
      .catch(() => 'no answer')
    if (code === null) return 'kept'
    return passing.has(code) ? 'pending' : refusedWith(code)
  })

  return {
    name,
    rung: `socket.io ${transport}`,
    isMember: true,
    spoken: saying.spoken,
    complaints: hearing.complaints,
    get shown() {
      return { newest: hearing.newest }
    },
    get isLive() {
      return socket.connected && hasJoined
    },
    get status() {
      return socket.connected ? 'connected' : 'not connected'
    },
    speak: () => saying.speak(),
    leave() {
      isGone = true
      saying.leave()
      socket.disconnect()
    },
  }
}

const passing = new Set(['no answer', 'rate-limited', 'unavailable', 'in-progress', 'out-of-turn', 'closed', 'expired'])
