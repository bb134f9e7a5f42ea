// Idiom: a raw `WebSocket`
// - ws://localhost:8080
// + ws://localhost:3000/baro/channels/lobby?view=payload
// Loses: everything after a cut, because nobody opens the socket again.
// With the URL changed: the same.

const socket = new WebSocket('ws://localhost:3000/baro/channels/lobby?view=payload')

const state = document.getElementById('state')
const messages = document.getElementById('messages')
const form = document.getElementById('form')
const input = document.getElementById('input')

socket.onopen = () => {
  state.textContent = 'Connected'
}

socket.onmessage = (event) => {
  const item = document.createElement('li')
  item.textContent = event.data
  messages.appendChild(item)
}

socket.onclose = () => {
  state.textContent = 'Disconnected'
}

socket.onerror = (error) => {
  console.error('WebSocket error:', error)
}

form.onsubmit = (event) => {
  event.preventDefault()
  socket.send(input.value)
  input.value = ''
}
