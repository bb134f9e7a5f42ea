// Idiom: `{ type: 'AUTH', token }` in `onopen`
// - 'ws://localhost:8080'
// + `ws://localhost:3000/baro/channels/members?reader=${crypto.randomUUID()}`
// Loses: what is said between a cut and the next socket; and a token that has expired goes on to count.
// With the URL changed: nothing.

const state = document.getElementById('state')
const messages = document.getElementById('messages')
const form = document.getElementById('form')
const input = document.getElementById('input')
const url = `ws://localhost:3000/baro/channels/members?reader=${crypto.randomUUID()}`
let socket

function connect() {
  socket = new WebSocket(url)

  socket.onopen = () => {
    socket.send(JSON.stringify({ type: 'AUTH', token: localStorage.getItem('token') }))
  }

  socket.onmessage = (event) => {
    const { type, payload } = JSON.parse(event.data)
    if (type === 'message') {
      const item = document.createElement('li')
      item.textContent = payload.text
      messages.appendChild(item)
    }
  }

  socket.onclose = () => {
    state.textContent = 'Disconnected'
    setTimeout(connect, 1000)
  }
}

connect()

form.onsubmit = (event) => {
  event.preventDefault()
  socket.send(JSON.stringify({ type: 'message', payload: { text: input.value } }))
  input.value = ''
}
