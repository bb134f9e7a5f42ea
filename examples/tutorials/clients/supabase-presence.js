// Idiom: presence of Supabase, without a key
// - https://xyzcompany.supabase.co
// + http://localhost:3000
// Loses: whoever is offline goes on to be shown for up to a minute; a person with three tabs is three.
// With the URL changed: whoever is offline is gone after 20 seconds; and a user who has signed in is one, with any number of tabs.

import { createClient } from '@supabase/supabase-js'

const supabase = createClient('http://localhost:3000', 'public-anon-key')

const messages = document.getElementById('messages')
const room = supabase.channel('lounge')
const user = `guest ${Math.floor(Math.random() * 1e6)}`

room
  .on('presence', { event: 'sync' }, () => {
    const people = Object.values(room.presenceState()).flat()
    messages.innerHTML = ''
    for (const person of people) {
      const item = document.createElement('li')
      item.textContent = person.user
      messages.appendChild(item)
    }
  })
  .subscribe(async (status) => {
    if (status !== 'SUBSCRIBED') {
      return
    }
    await room.track({ user, online_at: new Date().toISOString() })
  })
