import { createClient } from '@baro/client'
import { lobby } from '../channels.js'

const messages = document.getElementById('messages')
const form = document.getElementById('form')
const input = document.getElementById('input')
const subscription = createClient().subscribe(lobby, lobby())

subscription.onChange(({ state, status }) => {
  document.getElementById('state').textContent = status.state
  messages.replaceChildren(...state.map((text) => Object.assign(document.createElement('li'), { textContent: text })))
})

form.onsubmit = (event) => {
  event.preventDefault()
  subscription.publish('message', input.value)
  input.value = ''
}
