import type { CompatMessage } from '../../channels/compat.ts'
import type { Open } from './client.ts'

/** Supabase Realtime, unmodified: its package comes with this page only. */
export const openSupabase: Open = (told) => {
  // Each join asks for the newest again, so what it has already is left out.
  const seen = new Set<string>()
  const opening = import('@supabase/supabase-js').then(({ createClient }) => {
    const supabase = createClient(location.origin, 'anon', { auth: { persistSession: false } })
    const room = supabase.channel('compat', {
      config: { private: true, broadcast: { self: true, ack: true, replay: { since: 0, limit: 25 } } },
    })
    room
      .on('broadcast', { event: 'message' }, ({ payload, meta }) => {
        if (!(meta?.replayed && seen.has(meta.id))) told.got(payload as CompatMessage)
        if (meta) seen.add(meta.id)
      })
      .subscribe((status) => told.linked(status === 'SUBSCRIBED' ? 'open' : 'waiting'))
    return { supabase, room }
  })
  return {
    async send(text) {
      const { room } = await opening
      const answer = await room.send({ type: 'broadcast', event: 'message', payload: { from: 'supabase', text } })
      if (answer !== 'ok') throw new Error(answer)
    },
    close: () => opening.then(({ supabase }) => supabase.removeAllChannels()),
  }
}
