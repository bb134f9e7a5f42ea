import { createClient } from '@baro/client'
import { members } from '../channels.js'

const messages = document.getElementById('messages')
const form = document.getElementById('form')
const input = document.getElementById('input')
const client = createClient({ token: () => localStorage.getItem('token') ?? undefined })
const subscription = client.subscribe(members, members())

subscription.onChange(({ state, status }) => {
  document.getElementById('state').textContent = status.state
  messages.replaceChildren(
    ...state.map(({ text }) => Object.assign(document.createElement('li'), { textContent: text })),
  )
})

form.onsubmit = (event) => {
  event.preventDefault()
  subscription.publish('message', { text: input.value })
  input.value = ''
}
