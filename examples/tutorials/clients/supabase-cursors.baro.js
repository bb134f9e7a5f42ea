import { createClient } from '@baro/client'
import { cursors } from '../channels.js'

const subscription = createClient().subscribe(cursors, cursors())

subscription.onSignal(({ payload }) => {
  const item = Object.assign(document.createElement('li'), { textContent: `${payload.x}, ${payload.y}` })
  document.getElementById('messages').appendChild(item)
})

document.addEventListener('mousemove', ({ clientX, clientY }) => {
  subscription.signal('cursor-pos', { x: clientX, y: clientY })
})
