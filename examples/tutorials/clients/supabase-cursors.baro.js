import { createClient } from '@baro/client'
import { cursors } from '../channels.js'

const subscription = createClient().subscribe(cursors, cursors())

subscription.onSignal(({ payload }) => {
  const item = Object.assign(document.createElement('li'), { textContent: `${payload.x}, ${payload.y}` })
  document.getElementById('messages').appendChild(item)
})

const sendCursor = (x, y) => subscription.signal('cursor-pos', { x, y })

sendCursor(0, 0)
document.addEventListener('mousemove', ({ clientX, clientY }) => sendCursor(clientX, clientY))
