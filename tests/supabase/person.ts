/** A client of Supabase in a process of its own, or in a page: it joins, says hello, and tells what it hears. */
import type { createClient, RealtimeClientOptions } from '@supabase/supabase-js'

/** What a person finds where it lives. */
export interface Surroundings {
  readonly supabase: { readonly createClient: typeof createClient }
  readonly realtime: RealtimeClientOptions
  /** Takes a line for each thing that happens. */
  tell(line: string): unknown
}

/** Nothing in it may come from outside but its arguments: a page gets it as text. */
export function live([url, name]: readonly [url: string, name: string]): void {
  const { supabase, realtime, tell } = globalThis as unknown as Surroundings
  let joins = 0
  // The first one lasts for a moment.
  let token = 'short'
  const client = supabase.createClient(url, 'anon', {
    realtime,
    accessToken: async () => token,
  })
  const topic = client.channel('room:1', { config: { broadcast: { self: true } } })
  topic.on('broadcast', { event: 'message' }, ({ payload }) => tell(payload.text))
  topic.on('broadcast', { event: 'picture' }, ({ payload }) => tell(`picture ${new Uint8Array(payload)}`))
  topic.subscribe((status) => {
    tell(status)
    if (status === 'CHANNEL_ERROR') {
      token = 'ann'
      void client.realtime.setAuth()
    }
    if (status !== 'SUBSCRIBED') return
    const bytes = new Uint8Array([0, 255, ++joins]).buffer
    void topic.send({ type: 'broadcast', event: 'picture', payload: bytes })
    void topic.send({ type: 'broadcast', event: 'message', payload: { text: `${name} ${joins}` } })
  })
}
