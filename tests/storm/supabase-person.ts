import { createClient } from '@supabase/supabase-js'
import { WebSocket } from 'ws'
import { everybody } from './channels.ts'
import { Hearing } from './hearing.ts'
import type { Person, Role } from './person.ts'
import { OneByOne } from './saying.ts'
import { tokenOf } from './tokens.ts'

/** This client asks for a token when it joins, and every 25 seconds. */
const lifeMs = 60_000

/** Somebody with an unmodified client of Supabase. It says nothing twice: what has no answer may stand there or not. */
export const supabaseRole: Role = { isUnnumbered: true, play: supabasePerson }

function supabasePerson(name: string, url: string): Person {
  const hearing = new Hearing(name)
  const client = createClient(url, 'anon', {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: { transport: WebSocket as never, timeout: 5_000, reconnectAfterMs: () => 300 },
    accessToken: async () => tokenOf(name, lifeMs),
  })
  const topic = client.channel(everybody.channel, {
    config: { private: true, broadcast: { self: true, ack: true }, presence: { key: name } },
  })
  topic.on('broadcast', { event: 'said' }, ({ payload: { by, n } }) => hearing.hear({ by, n }))
  void client.realtime.setAuth().then(() =>
    topic.subscribe((status) => {
      if (status === 'SUBSCRIBED') void topic.track({ rung: 'supabase' })
    }),
  )

  const saying = new OneByOne(async (n) => {
    if (topic.state !== 'joined') return 'pending'
    const answer = await topic.send({ type: 'broadcast', event: 'said', payload: { by: name, n } })
    return answer === 'ok' ? 'kept' : 'unknown'
  })

  return {
    name,
    rung: 'supabase',
    isMember: true,
    spoken: saying.spoken,
    complaints: hearing.complaints,
    get shown() {
      return { newest: hearing.newest }
    },
    get isLive() {
      return topic.state === 'joined'
    },
    get status() {
      return topic.state
    },
    speak: () => saying.speak(),
    leave() {
      saying.leave()
      void client.removeAllChannels()
    },
  }
}
