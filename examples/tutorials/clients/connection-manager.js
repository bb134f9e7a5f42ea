// Idiom: a `ConnectionManager` with five linear retries
// - 'ws://localhost:8080'
// + `ws://localhost:3000/baro/channels/lobby?view=payload&reader=${crypto.randomUUID()}`
// Loses: what is said before a retry succeeds, and everything once 15 seconds of retries are used up.
// With the URL changed: only the latter.

const state = document.getElementById('state')
const messages = document.getElementById('messages')
const form = document.getElementById('form')
const input = document.getElementById('input')

class ConnectionManager {
  constructor(url) {
    this.url = url
    this.retries = 0
    this.maxRetries = 5
    this.connect()
  }

  connect() {
    this.socket = new WebSocket(this.url)
    this.socket.onopen = () => {
      this.retries = 0
      state.textContent = 'Connected'
    }
    this.socket.onmessage = (event) => this.onMessage(event.data)
    this.socket.onclose = () => this.reconnect()
  }

  reconnect() {
    if (this.retries >= this.maxRetries) {
      state.textContent = 'Could not reconnect'
      return
    }
    this.retries += 1
    state.textContent = `Retry ${this.retries}`
    setTimeout(() => this.connect(), 1000 * this.retries)
  }

  onMessage(text) {
    const item = document.createElement('li')
    item.textContent = text
    messages.appendChild(item)
  }

  send(text) {
    this.socket.send(text)
  }
}

const manager = new ConnectionManager(
  `ws://localhost:3000/baro/channels/lobby?view=payload&reader=${crypto.randomUUID()}`,
)

form.onsubmit = (event) => {
  event.preventDefault()
  manager.send(input.value)
  input.value = ''
}
