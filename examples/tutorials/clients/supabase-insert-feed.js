// Idiom: a feed of `INSERT`s of Supabase
// - https://xyzcompany.supabase.co
// + http://localhost:3000
// Loses: what is inserted while its socket is away, because changes are not kept.
// With the URL changed: the same, because its client does not ask for what it missed.

import { createClient } from '@supabase/supabase-js'

const supabase = createClient('http://localhost:3000', 'public-anon-key')

const state = document.getElementById('state')
const messages = document.getElementById('messages')

const handleInserts = (payload) => {
  const item = document.createElement('li')
  item.textContent = payload.new.body
  messages.appendChild(item)
}

supabase
  .channel('schema-db-changes')
  .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'posts' }, handleInserts)
  .subscribe((status, error) => {
    state.textContent = status
    if (error) {
      console.error('Subscription error:', error)
    }
  })
