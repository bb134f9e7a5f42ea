// Idiom: a cursor that is broadcast on Supabase right after `subscribe()`
// - https://xyzcompany.supabase.co
// + http://localhost:3000
// Loses: where others moved while its socket is away; it is for the moment.
// With the URL changed: the same.

import { createClient } from '@supabase/supabase-js'

const supabase = createClient('http://localhost:3000', 'public-anon-key')

const messages = document.getElementById('messages')
const channel = supabase.channel('cursors')

const showCursor = ({ payload }) => {
  const item = document.createElement('li')
  item.textContent = `${payload.x}, ${payload.y}`
  messages.appendChild(item)
}

channel.on('broadcast', { event: 'cursor-pos' }, showCursor).subscribe()

const sendCursor = (x, y) => {
  channel.send({
    type: 'broadcast',
    event: 'cursor-pos',
    payload: { x, y },
  })
}

sendCursor(0, 0)
document.addEventListener('mousemove', (event) => {
  sendCursor(event.clientX, event.clientY)
})
