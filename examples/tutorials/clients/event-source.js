// Idiom: `EventSource` and `JSON.parse`
// - /api/events
// + /baro/channels/chat?view=payload
// Loses: what is said until the browser has come back, because the events have no ids.
// With the URL changed: nothing.

const state = document.getElementById('state')
const messages = document.getElementById('messages')

const source = new EventSource('/baro/channels/chat?view=payload')

source.onopen = () => {
  state.textContent = 'Connected'
}

source.onmessage = (event) => {
  const message = JSON.parse(event.data)
  const item = document.createElement('li')
  item.textContent = message.text
  messages.appendChild(item)
}

source.onerror = () => {
  state.textContent = 'Disconnected'
}
